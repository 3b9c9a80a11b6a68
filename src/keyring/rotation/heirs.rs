//! Which next key of a set comes first. An operator who promoted one has chosen: the schedule
//! waits for that one, also where another is ready before it, and `rotate`, now or in good
//! order, takes it. Nobody promotes a key without a reason, and the one that was passed over
//! may be passed over for what only the operator knows of it.

use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};

/// The next key of a set that takes over: the one that an operator chose, else the one that
/// was published longest.
#[must_use]
pub fn heir(keys: &KeySet, key_use: KeyUse) -> Option<&Key> {
    nexts(keys, key_use)
        .find(|key| key.promote_when_ready)
        .or_else(|| longest_served(keys, key_use))
}

/// The next key of a set that was served longest; of two, the one that came first.
pub(super) fn longest_served(keys: &KeySet, key_use: KeyUse) -> Option<&Key> {
    nexts(keys, key_use).reduce(
        |best, key| {
            if key.served > best.served { key } else { best }
        },
    )
}

fn nexts(keys: &KeySet, key_use: KeyUse) -> impl Iterator<Item = &Key> {
    keys.keys
        .iter()
        .filter(move |key| key.key_use == key_use && key.state == KeyState::Next)
}

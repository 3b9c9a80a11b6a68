//! What a custody shows of its keys, and words that its tests share.

use std::time::Duration;

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::Custody;
use dingpass::keyring::model::{KeyState, KeyUse};

pub(super) const RS256: KeyUse = KeyUse::Sign(SigningAlg::Rs256);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Who signs.
pub(super) fn signer(custody: &Custody) -> String {
    custody.keyring().signer().unwrap().kid().to_owned()
}

/// What is published, in the order of the names.
pub(super) fn published(custody: &Custody) -> Vec<String> {
    super::published(&custody.keyring())
}

/// The state of a key, if it is in the list.
pub(super) fn state_of(custody: &Custody, kid: &str) -> Option<KeyState> {
    custody.snapshot().keys.find(kid).map(|key| key.state)
}

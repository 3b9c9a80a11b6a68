//! What the audit log tells of keys.

use dingpass::clock::Timestamp;
use dingpass::domain::event::EventKind;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::key_state::KeyState;
use dingpass::store::Store;

/// A change of a key, as the audit log tells it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) at: Timestamp,
    pub(super) kid: String,
    pub(super) set: String,
    pub(super) from: Option<KeyState>,
    pub(super) to: Option<KeyState>,
    pub(super) actor: KeyActor,
}

/// All changes of keys.
pub(super) async fn told(store: &dyn Store) -> Vec<Told> {
    let mut all = Vec::new();
    let mut number = 0;
    loop {
        let events = store.events_after(number, 1_000).await.unwrap();
        let Some(last) = events.last() else {
            return all;
        };
        number = last.number;
        for event in events {
            if let EventKind::KeyStateChanged {
                kid,
                algorithm,
                from,
                to,
                actor,
            } = event.event.kind
            {
                all.push(Told {
                    at: Timestamp::from_millis(event.event.at),
                    kid,
                    set: algorithm,
                    from,
                    to,
                    actor,
                });
            }
        }
    }
}

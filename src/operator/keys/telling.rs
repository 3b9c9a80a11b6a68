//! The audit log hears of every change of a key, at least once: a change and the note that it
//! is still to be told are one write of the list of keys, and the note goes only when the log
//! has been committed. Where the store fails or the process is killed in between, it is told
//! later, and perhaps twice; the moment in it is that of the change.
//!
//! What was revoked is remembered in the same act of the store, so that an old backup of the
//! folder does not bring it back; also what was revoked by hand, or before there was such a
//! memory.

use std::sync::{Arc, PoisonError};

use super::KeyOffice;
use super::faults::News;
use super::own_thread::on_its_own_thread;
use crate::domain::event::{AuditEvent, EventKind, OperatorAct};
use crate::domain::key_change::KeyActor;
use crate::domain::revoked_key::RevokedKey;
use crate::keyring::model::{KeySet, KeyState};
use crate::store::StoreError;

impl KeyOffice {
    /// Tells what has not been told; gives whether nothing is left.
    pub(super) async fn tell(&self) -> bool {
        // One at a time: two who took the same notes would tell them twice.
        let _turn = self.telling.lock().await;
        let Ok(snapshot) = self.snapshot().await else {
            return false;
        };
        let revoked = self.not_remembered(&snapshot.keys);
        let untold = snapshot.untold;
        if untold.is_empty() && revoked.is_empty() {
            return true;
        }
        let count = untold.len();
        let events = untold
            .into_iter()
            .map(|change| AuditEvent::of_key(change, ""))
            .collect();
        let told = self.parts.audit.tell_of_keys(events, revoked.clone());
        let told = told.await;
        self.note_store(&told);
        if told.is_err() {
            return false;
        }
        let kids = revoked.into_iter().map(|key| key.kid);
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(kids);
        if count == 0 {
            return true;
        }
        let now = self.now();
        let custody = Arc::clone(&self.parts.custody);
        let noted = on_its_own_thread(move || custody.told(count, now)).await;
        matches!(noted, Ok(Ok(())))
    }

    /// Revoked keys of which this process has not seen to it that they are remembered.
    fn not_remembered(&self, keys: &KeySet) -> Vec<RevokedKey> {
        let remembered = self.remembered.lock();
        let remembered = remembered.unwrap_or_else(PoisonError::into_inner);
        let revoked = keys
            .keys
            .iter()
            .filter(|key| key.state == KeyState::Revoked && !remembered.contains(&key.kid));
        revoked
            .map(|key| RevokedKey {
                kid: key.kid.clone(),
                algorithm: key.key_use.as_str().to_owned(),
                revoked_at: key.revoked_at.unwrap_or(key.created_at).as_millis(),
                ends: key.to_end,
                public: key.public.clone(),
            })
            .collect()
    }

    /// Tells of an act that changes no state of a key, before it is done: what can't be told
    /// is not done.
    pub(super) async fn tell_first(
        &self,
        actor: KeyActor,
        act: OperatorAct,
    ) -> Result<(), StoreError> {
        let uid = match actor {
            KeyActor::Operator { uid } => uid,
            KeyActor::Schedule | KeyActor::Folder | KeyActor::Start => None,
        };
        let event = AuditEvent {
            at: self.now().as_millis(),
            correlation: String::new(),
            kind: EventKind::OperatorActed { uid, act },
        };
        let told = self.parts.audit.append_events(vec![event]).await;
        self.note_store(&told);
        told
    }

    fn note_store(&self, told: &Result<(), StoreError>) {
        let fault = told.as_ref().err().map(ToString::to_string);
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match faults.store.hear(fault) {
            News::Begun => {
                if let Err(error) = told {
                    tracing::error!(%error, "changes of keys can't be told to the audit log yet");
                }
            }
            News::Over => tracing::info!("the audit log hears of changes of keys again"),
            News::None => {}
        }
    }
}

//! The office: takes a question, sees to it that it may be done, has it done, tells the audit
//! log, and says what became of it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;

use tokio::sync::{Mutex as Turns, Notify};

use super::faults::Faults;
use super::known::{Knowledge, Known};
use super::own_thread::on_its_own_thread;
use super::scene::Scene;
use super::{KeyAnswer, KeyQuestion, KeyRequest, Refusal, RefusalCause, listing, status};
use crate::clock::{Clock, Timestamp};
use crate::domain::client::Clients;
use crate::domain::issuer::Issuer;
use crate::domain::key_change::KeyActor;
use crate::domain::readiness::OnUnready;
use crate::entropy::Entropy;
use crate::keyring::{Custody, Snapshot};
use crate::store::{AuditKeeping, SignedBy};

/// What an office works with.
pub struct Parts {
    /// Keeps the keys.
    pub custody: Arc<Custody>,
    /// Whose tokens they sign.
    pub clients: Arc<Clients>,
    /// What the clients have of them.
    pub knowledge: Knowledge,
    /// What hangs from what a key signed.
    pub signed_by: Arc<dyn SignedBy>,
    /// The audit log.
    pub audit: Arc<dyn AuditKeeping>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The issuer.
    pub issuer: Issuer,
    /// What the schedule does where a client lacks the next key.
    pub on_unready: OnUnready,
}

/// Does what an operator asks of the keys, and what the schedule does by itself.
pub struct KeyOffice {
    pub(super) parts: Parts,
    /// One tells the audit log at a time.
    pub(super) telling: Turns<()>,
    /// One ends what a revoked key signed at a time.
    pub(super) ending: Turns<()>,
    /// Revoked keys that the store remembers for sure.
    pub(super) remembered: Mutex<HashSet<String>>,
    /// Wakes the schedule.
    pub(super) woken: Notify,
    /// What was logged already.
    pub(super) faults: Mutex<Faults>,
}

impl KeyOffice {
    /// An office.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            telling: Turns::new(()),
            ending: Turns::new(()),
            remembered: Mutex::default(),
            woken: Notify::new(),
            faults: Mutex::default(),
        }
    }

    /// Answers a question of an operator, of whom the operating system says that they have
    /// the number `uid`.
    pub async fn ask(&self, request: KeyRequest, uid: Option<u32>) -> KeyAnswer {
        let actor = KeyActor::Operator { uid };
        self.answer(request, actor)
            .await
            .unwrap_or_else(KeyAnswer::Refused)
    }

    async fn answer(&self, request: KeyRequest, actor: KeyActor) -> Result<KeyAnswer, Refusal> {
        match request.ask {
            KeyQuestion::List => self.list().await.map(KeyAnswer::Keys),
            KeyQuestion::Status => self.status().await.map(KeyAnswer::Status),
            KeyQuestion::Export {
                kid,
                private,
                format,
                passphrase,
            } => {
                let export = super::export::Export {
                    kid,
                    private,
                    format,
                    passphrase,
                };
                self.export(export, actor).await.map(KeyAnswer::Exported)
            }
            KeyQuestion::Rewrite { passphrase } => {
                let terms = super::acts::Terms {
                    dry_run: request.dry_run,
                    expected: request.expected_generation,
                    actor,
                };
                let rewritten = self.rewrite(passphrase, terms).await;
                rewritten.map(KeyAnswer::Rewritten)
            }
            ask @ (KeyQuestion::Generate { .. }
            | KeyQuestion::Rotate { .. }
            | KeyQuestion::Promote { .. }
            | KeyQuestion::Retire { .. }
            | KeyQuestion::Revoke { .. }
            | KeyQuestion::Import { .. }
            | KeyQuestion::Pin { .. }
            | KeyQuestion::Unpin { .. }) => {
                let terms = super::acts::Terms {
                    dry_run: request.dry_run,
                    expected: request.expected_generation,
                    actor,
                };
                self.act(ask, terms).await
            }
        }
    }

    async fn list(&self) -> Result<super::KeyList, Refusal> {
        let (snapshot, known) = (self.snapshot().await?, self.known().await?);
        let custody = Arc::clone(&self.parts.custody);
        let clients = Arc::clone(&self.parts.clients);
        let now = self.now();
        // Each file is looked at.
        on_its_own_thread(move || {
            let scene = Scene {
                snapshot: &snapshot,
                policy: custody.policy(),
                clients: &clients,
                known: &known,
                now,
            };
            listing::list(&scene, custody.is_encrypting())
        })
        .await
        .map_err(|_| Refusal::broken_off())
    }

    async fn status(&self) -> Result<super::KeyStatus, Refusal> {
        let (snapshot, known) = (self.snapshot().await?, self.known().await?);
        let custody = &self.parts.custody;
        let mut status = status::status(
            &self.scene(&snapshot, &known),
            &self.parts.issuer,
            self.parts.on_unready,
        );
        status.folder = listing::folder(&snapshot, custody.is_encrypting());
        status.at_rest = self.parts.knowledge.is_at_rest();
        Ok(status)
    }

    /// The keys at this moment.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, Refusal> {
        // Nearly always: the schedule asks again and again, and a thread for each answer would
        // be most of what a server without visitors does.
        if let Some(snapshot) = self.parts.custody.snapshot_at_once() {
            return Ok(snapshot);
        }
        let custody = Arc::clone(&self.parts.custody);
        // Somebody writes.
        on_its_own_thread(move || custody.snapshot())
            .await
            .map_err(|_| Refusal::broken_off())
    }

    /// What is known of the clients at this moment.
    pub(super) async fn known(&self) -> Result<Known, Refusal> {
        let known = self.parts.knowledge.look(&self.parts.clients).await;
        known.map_err(|error| {
            tracing::error!(%error, "what clients have of the keys can't be read");
            Refusal::of(
                RefusalCause::Store,
                format!("what clients have of the keys can't be read: {error}"),
            )
        })
    }

    pub(super) fn scene<'s>(&'s self, snapshot: &'s Snapshot, known: &'s Known) -> Scene<'s> {
        Scene {
            snapshot,
            policy: self.parts.custody.policy(),
            clients: &self.parts.clients,
            known,
            now: self.now(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
}

//! The schedule: looks after the keys again and again, tells the audit log what changed, goes
//! on with what is to be ended, and says which clients lack the next key. It changes nothing
//! that the rules would not.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::KeyOffice;
use super::known::Known;
use super::own_thread::on_its_own_thread;
use super::scene::Scene;
use crate::domain::readiness::OnUnready;
use crate::keyring::model::{Key, KeyState, KeyUse};
use crate::keyring::rotation::heir;
use crate::keyring::{Looked, Snapshot};

/// The next look where the last one did not come to its end.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// In the last of so many parts of its wait it is said of a next key that clients lack it.
const PARTS_OF_A_WAIT: u32 = 4;

impl KeyOffice {
    /// Looks after the keys until `stopped`; what they were published for is written down then.
    pub async fn run(&self, stopped: impl Future<Output = ()>) {
        let mut stopped = std::pin::pin!(stopped);
        loop {
            let looked = tokio::select! {
                () = &mut stopped => break,
                looked = self.look() => looked,
            };
            // Not broken off: what the log was told and the list does not know is told twice.
            let is_told = self.tell().await;
            let again = tokio::select! {
                () = &mut stopped => break,
                to_end = self.go_on_ending() => look_again(looked, is_told, to_end),
            };
            tokio::select! {
                () = &mut stopped => break,
                () = self.woken.notified() => {}
                () = tokio::time::sleep(again) => {}
            }
        }
        self.tell().await;
        let (custody, now) = (Arc::clone(&self.parts.custody), self.now());
        let _ = on_its_own_thread(move || custody.rest(now)).await;
    }

    /// Looks after the keys once. Returns when it is to be done again, at the latest.
    pub async fn look_after(&self) -> Duration {
        let looked = self.look().await;
        let is_told = self.tell().await;
        look_again(looked, is_told, self.go_on_ending().await)
    }

    /// One look, with what clients have taken into account.
    pub(super) async fn look(&self) -> Option<Looked> {
        let snapshot = self.snapshot().await.ok()?;
        // Where no next key waits, nobody can lack one.
        let known = if has_next(&snapshot) {
            self.known().await.ok()
        } else {
            None
        };
        let held = self.held_back(&snapshot, known.as_ref());
        let (custody, now) = (Arc::clone(&self.parts.custody), self.now());
        if let Some(known) = &known {
            self.warn_of_lacks(&self.scene(&snapshot, known));
        }
        let looked = on_its_own_thread(move || custody.look(&held, now))
            .await
            .ok()?;
        if let Some(known) = &known {
            self.warn_of_surprises(&self.scene(&snapshot, known), &looked);
        }
        Some(looked)
    }

    /// The sets whose next key must not take over yet: by policy, those with a client that is
    /// known to lack it; all of them while nobody can tell.
    fn held_back(&self, snapshot: &Snapshot, known: Option<&Known>) -> Vec<KeyUse> {
        match self.parts.on_unready {
            OnUnready::Warn | OnUnready::Go => return Vec::new(),
            OnUnready::Wait => {}
        }
        let policy = self.parts.custody.policy();
        let mut held = policy.uses.clone();
        held.retain(|key_use| *key_use != KeyUse::Seal);
        let Some(known) = known.filter(|known| known.is_complete()) else {
            return held;
        };
        let scene = self.scene(snapshot, known);
        held.retain(|key_use| {
            heir(scene.keys(), *key_use).is_some_and(|next| !scene.holding(next).is_empty())
        });
        held
    }

    /// Says once a day of a next key whose turn comes soon who has not fetched it.
    fn warn_of_lacks(&self, scene: &Scene<'_>) {
        match self.parts.on_unready {
            OnUnready::Go => return,
            OnUnready::Warn | OnUnready::Wait => {}
        }
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.forget_lacks_but(|kid| scene.keys().find(kid).is_some());
        for key_use in &scene.policy.uses {
            let Some(next) = heir(scene.keys(), *key_use) else {
                continue;
            };
            let is_soon = takes_over_soon(scene, next);
            let clients = lacking(scene, *key_use, &next.kid);
            if is_soon && !clients.is_empty() && faults.is_lack_news(&next.kid, scene.now) {
                tracing::warn!(
                    kid = next.kid,
                    algorithm = key_use.as_str(),
                    clients = clients.join(" "),
                    "clients have not fetched the next key"
                );
            }
        }
    }

    /// Says of a key that has just taken over, and of which nothing was said before, who has
    /// not fetched it.
    fn warn_of_surprises(&self, scene: &Scene<'_>, looked: &Looked) {
        match self.parts.on_unready {
            OnUnready::Go => return,
            OnUnready::Warn | OnUnready::Wait => {}
        }
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        for change in &looked.changes {
            let was_next = change.from == Some(KeyState::Next);
            if !was_next || change.to != Some(KeyState::Active) || faults.said_lack(&change.kid) {
                continue;
            }
            let Some(key) = scene.keys().find(&change.kid) else {
                continue;
            };
            let clients = lacking(scene, key.key_use, &key.kid);
            if !clients.is_empty() && faults.is_lack_news(&key.kid, scene.now) {
                tracing::warn!(
                    kid = key.kid,
                    algorithm = key.key_use.as_str(),
                    clients = clients.join(" "),
                    "a key signs now that clients have not fetched"
                );
            }
        }
    }
}

/// Whether a next key takes over within the last part of its wait.
fn takes_over_soon(scene: &Scene<'_>, next: &Key) -> bool {
    let wait = scene.policy.wait_of(next);
    let part = wait / PARTS_OF_A_WAIT;
    let is_ripe = next.served.saturating_add(part) >= wait;
    let turn_ends = scene
        .policy
        .rotate_every
        .zip(scene.keys().active(next.key_use))
        .and_then(|(every, active)| Some(active.activated_at?.plus(every)));
    let is_due = turn_ends.is_some_and(|end| end.minus(part) <= scene.now);
    is_ripe && (is_due || next.promote_when_ready)
}

fn has_next(snapshot: &Snapshot) -> bool {
    snapshot
        .keys
        .keys
        .iter()
        .any(|key| key.state == KeyState::Next && key.key_use != KeyUse::Seal)
}

fn lacking<'s>(scene: &'s Scene<'_>, key_use: KeyUse, kid: &str) -> Vec<&'s str> {
    let clients = scene.lacking(key_use, kid);
    clients.into_iter().map(|it| it.id.as_str()).collect()
}

/// When the keys are to be looked after again, at the latest.
fn look_again(looked: Option<Looked>, is_told: bool, to_end: Option<Duration>) -> Duration {
    let again = looked.map_or(TRY_AGAIN, |looked| looked.look_again);
    let to_tell = (!is_told).then_some(TRY_AGAIN);
    [to_tell, to_end]
        .into_iter()
        .flatten()
        .fold(again, Duration::min)
}

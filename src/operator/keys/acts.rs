//! Acts of an operator. Each is reckoned first, by the rules that do it; what breaks something
//! is done only to the keys that it was reckoned for and shown with. Everything else that may
//! happen in between (another operator, the schedule, a change by hand) makes it begin anew.

use std::sync::Arc;

use super::jobs::{Job, jobs};
use super::notes::{notes, waits};
use super::outlook::steps;
use super::own_thread::on_its_own_thread;
use super::reckoned::{Reckoned, does_break, makes_a_key, reckon, timeline};
use super::refusals::of_act_error;
use super::scene::Scene;
use super::{
    Change, Done, Ended, KeyAnswer, KeyOffice, KeyQuestion, Planned, Refusal, RefusalCause,
};
use crate::domain::key_change::KeyActor;
use crate::domain::readiness::OnUnready;
use crate::keyring::model::KeyUse;
use crate::keyring::{Acted, Snapshot, Wish};

/// How many times an act begins anew when the keys changed under its hands.
const TRIES: u32 = 4;

/// Under which conditions.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) dry_run: bool,
    pub(super) expected: Option<u64>,
    pub(super) actor: KeyActor,
}

/// What was done until now.
#[derive(Default)]
struct Doing {
    changes: Vec<Change>,
    kid: Option<String>,
    ended: Option<Ended>,
    notes: Vec<String>,
}

impl KeyOffice {
    /// Does what is asked, or says what it would come to.
    pub(super) async fn act(&self, ask: KeyQuestion, terms: Terms) -> Result<KeyAnswer, Refusal> {
        let mut left = TRIES;
        loop {
            left -= 1;
            match self.try_to(ask.clone(), terms).await {
                // It was not shown these keys, so that nothing is lost if they are others.
                Err(refusal)
                    if refusal.cause == RefusalCause::KeysChanged
                        && terms.expected.is_none()
                        && left > 0 => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_to(&self, ask: KeyQuestion, terms: Terms) -> Result<KeyAnswer, Refusal> {
        let (snapshot, known) = (self.snapshot().await?, self.known().await?);
        let scene = self.scene(&snapshot, &known);
        if terms
            .expected
            .is_some_and(|expected| expected != snapshot.generation)
        {
            return Err(Refusal::keys_changed());
        }
        let reckoned = reckon(&scene, jobs(&scene, ask).await?)?;
        if !snapshot.keeps_states {
            return Err(Refusal::read_only());
        }
        if snapshot.read_only && reckoned.iter().any(makes_a_key) {
            return Err(Refusal::needs_a_file());
        }
        let breaks = does_break(&scene, &reckoned);
        if terms.dry_run {
            let planned = self.plan(&scene, &reckoned, breaks).await?;
            return Ok(KeyAnswer::Planned(planned));
        }
        if breaks && terms.expected.is_none() {
            return Err(Refusal::needs_confirmation());
        }
        let notes = self.notes(&scene, &reckoned);
        let done = self.carry_out(reckoned, terms, &snapshot, notes).await?;
        Ok(KeyAnswer::Done(done))
    }

    async fn plan(
        &self,
        scene: &Scene<'_>,
        reckoned: &[Reckoned],
        breaks: bool,
    ) -> Result<Planned, Refusal> {
        let mut consequences = Vec::new();
        for Reckoned { job, outlook } in reckoned {
            let keep_sessions = match job.wish {
                Wish::Revoke { keep_sessions, .. } => keep_sessions,
                Wish::Act(_) | Wish::Generate(_) | Wish::Import { .. } => true,
            };
            let told = self
                .consequences(scene, &outlook.losses, keep_sessions)
                .await?;
            consequences.extend(told);
        }
        Ok(Planned {
            now: scene.now.as_millis(),
            generation: scene.snapshot.generation,
            breaks,
            consequences,
            timeline: timeline(reckoned),
            notes: self.notes(scene, reckoned),
        })
    }

    /// What is worth knowing beside what breaks.
    fn notes(&self, scene: &Scene<'_>, reckoned: &[Reckoned]) -> Vec<String> {
        let waits = match self.parts.on_unready {
            OnUnready::Wait => reckoned.iter().filter_map(|it| waits(scene, it)).collect(),
            OnUnready::Warn | OnUnready::Go => Vec::new(),
        };
        [waits, notes(scene, reckoned)].concat()
    }

    async fn carry_out(
        &self,
        reckoned: Vec<Reckoned>,
        terms: Terms,
        snapshot: &Snapshot,
        notes: Vec<String>,
    ) -> Result<Done, Refusal> {
        let mut doing = Doing {
            notes,
            ..Doing::default()
        };
        let mut generation = snapshot.generation;
        for (index, Reckoned { job, .. }) in reckoned.into_iter().enumerate() {
            let set = job.key_use;
            match self.carry_out_one(job, generation, terms, &mut doing).await {
                Ok(after) => generation = after,
                Err(refusal) if index == 0 => return Err(refusal),
                // What was done for the other sets stays done.
                Err(refusal) => {
                    let set = set.map_or("", KeyUse::as_str);
                    doing
                        .notes
                        .push(format!("{set} was left as it is: {}", refusal.words));
                }
            }
        }
        self.look_now().await;
        let told = self.tell().await;
        let after = self.snapshot().await?;
        let policy = self.parts.custody.policy();
        let now = self.now();
        Ok(Done {
            now: now.as_millis(),
            generation: after.generation,
            kid: doing.kid,
            changes: doing.changes,
            ended: doing.ended,
            timeline: steps(&after.keys, policy, now, None),
            told,
            notes: doing.notes,
        })
    }

    async fn carry_out_one(
        &self,
        job: Job,
        generation: u64,
        terms: Terms,
        doing: &mut Doing,
    ) -> Result<u64, Refusal> {
        if let Some(act) = job.told_first {
            self.tell_first(terms.actor, act)
                .await
                .map_err(|error| Refusal::cannot_be_told(&error))?;
        }
        // Who revokes also ends what was signed: the schedule leaves it to them meanwhile.
        let turn = match &job.wish {
            Wish::Revoke { .. } => Some(self.ending.lock().await),
            Wish::Act(_) | Wish::Generate(_) | Wish::Import { .. } => None,
        };
        let acted = self.wish(job.wish.clone(), generation, terms.actor).await?;
        doing.kid = acted.made.or(job.kid).or(doing.kid.take());
        doing.changes.extend(acted.changes);
        let mut generation = acted.generation;
        if let Wish::Revoke { kid, .. } = &job.wish {
            let snapshot = self.snapshot().await?;
            generation = snapshot.generation;
            if snapshot.keys.find(kid).is_some_and(|key| key.to_end) {
                doing.ended = Some(self.end_signed_by(kid).await);
            }
        }
        drop(turn);
        Ok(generation)
    }

    async fn wish(&self, wish: Wish, expected: u64, actor: KeyActor) -> Result<Acted, Refusal> {
        let custody = Arc::clone(&self.parts.custody);
        let now = self.now();
        let acted = on_its_own_thread(move || custody.act(&wish, actor, Some(expected), now))
            .await
            .map_err(|_| Refusal::broken_off())?;
        acted.map_err(of_act_error)
    }

    /// What became due by an act is done at once: by the schedule where one runs.
    async fn look_now(&self) {
        if self.parts.knowledge.is_at_rest() {
            self.look().await;
        } else {
            self.woken.notify_one();
        }
    }
}

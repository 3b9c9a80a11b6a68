//! Acts of operators: one at a time, each as a whole or not at all.

use std::sync::Arc;

use super::place::Made;
use super::remembered::revoked_twin;
use super::writing::{News, Unwritten};
use super::{ActError, Custody, Held};
use crate::clock::Timestamp;
use crate::domain::key_change::{KeyActor, KeyChange};
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::model::{KeyState, KeyUse};
use crate::keyring::rotation::{self, Act, EnterAs, Policy};
use crate::keyring::{KeyringError, PrivateKey, files};

/// What an operator asks for.
#[derive(Clone)]
pub enum Wish {
    /// What the rules know. `Act::Enter` is for keys of this house's making alone: see the
    /// others.
    Act(Act),
    /// A new key, as the next of its set.
    Generate(KeyUse),
    /// A key that was made elsewhere, as the next of its set.
    Import {
        /// The private half.
        key: Arc<PrivateKey>,
        /// What it is to sign.
        algorithm: SigningAlg,
        /// Its name; its thumbprint where none is given.
        kid: Option<String>,
    },
    /// Revokes a key; a successor is made where the set would have none.
    Revoke {
        /// Which.
        kid: String,
        /// What it signed is left alone.
        keep_sessions: bool,
    },
}

/// What an act brought.
#[derive(Clone, Debug)]
pub struct Acted {
    /// What changed, in its order.
    pub changes: Vec<KeyChange>,
    /// The generation now.
    pub generation: u64,
    /// A key that was made or brought in.
    pub made: Option<String>,
}

impl Custody {
    /// Does what an operator asks for. `expected` is the generation that was shown to who
    /// asks: if the keys have changed since, nothing is done. May make an RSA key.
    ///
    /// # Errors
    /// [`ActError`]; nothing has changed then.
    pub fn act(
        &self,
        wish: &Wish,
        actor: KeyActor,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Acted, ActError> {
        let policy = self.policy().clone();
        let mut made: Option<Made> = None;
        // What is wanted is made without the lock; then all is reckoned anew. A folder that
        // somebody changed meanwhile is read once.
        let mut has_read = false;
        loop {
            let wanted = {
                let mut held = self.held();
                match self.may_change(&held, expected) {
                    Err(ActError::Broken(_)) if !self.serves && is_way_out(wish, &held) => {}
                    outcome => outcome?,
                }
                let needs_no_file = held.folder.read_only;
                match self.attempt(&mut held, wish, made.as_ref(), actor, &policy, now) {
                    Ok(acted) => return Ok(acted),
                    // A new key is put there from outside.
                    Err(Attempt::Wants(_)) if needs_no_file => return Err(ActError::ReadOnly),
                    Err(Attempt::Wants(key_use)) => Some(key_use),
                    Err(Attempt::Unwritten(Unwritten::Changed)) if !has_read => None,
                    Err(Attempt::Unwritten(Unwritten::Failed(error))) => {
                        held.folder.cannot_be_written(&error.to_string());
                        self.tell_fault(&held);
                        return Err(error.into());
                    }
                    Err(Attempt::Unwritten(unwritten)) => return Err(unwritten.into()),
                    Err(Attempt::Refused(error)) => return Err(error),
                }
            };
            match wanted {
                Some(key_use) if made.is_none() => made = Some(self.new_key(wish, key_use, now)?),
                Some(_) => return Err(ActError::ChangedMeanwhile),
                None => {
                    has_read = true;
                    self.read_again(now);
                }
            }
        }
    }

    /// Whether something may be changed, on the condition that the list is still `expected`.
    pub(super) fn may_change(&self, held: &Held, expected: Option<u64>) -> Result<(), ActError> {
        if expected.is_some_and(|expected| expected != held.list.generation) {
            return Err(ActError::ChangedMeanwhile);
        }
        if held.folder.is_broken() {
            let words = held.folder.fault.as_ref().map(super::Fault::words);
            return Err(ActError::Broken(words.unwrap_or_default().to_owned()));
        }
        if !self.place.keeps_states(&held.folder) {
            return Err(ActError::ReadOnly);
        }
        Ok(())
    }

    fn new_key(&self, wish: &Wish, key_use: KeyUse, now: Timestamp) -> Result<Made, KeyringError> {
        match wish {
            Wish::Import {
                key,
                algorithm,
                kid,
            } => self.place.bring(key, *algorithm, kid.clone(), now),
            Wish::Act(_) | Wish::Generate(_) | Wish::Revoke { .. } => self.place.make(key_use, now),
        }
    }

    fn attempt(
        &self,
        held: &mut Held,
        wish: &Wish,
        made: Option<&Made>,
        actor: KeyActor,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Acted, Attempt> {
        let keys = &held.list.keys;
        let refused = |refused| Attempt::Refused(ActError::Refused(refused));
        let enter = |keys: &_, made: &Made, enter_as| {
            rotation::enter(keys, policy, made.key.clone(), enter_as, now).map_err(refused)
        };
        let (plan, entered) = match wish {
            Wish::Generate(key_use) => {
                let made = made.ok_or(Attempt::Wants(*key_use))?;
                (enter(keys, made, EnterAs::Next)?, Some(made))
            }
            Wish::Import { algorithm, .. } => {
                let made = made.ok_or(Attempt::Wants(KeyUse::Sign(*algorithm)))?;
                // What was revoked stays so under any name.
                if let Some(known) = revoked_twin(keys, &made.key) {
                    return Err(refused(rotation::ActRefused::KidRevoked {
                        kid: known.kid.clone(),
                    }));
                }
                (enter(keys, made, EnterAs::Next)?, Some(made))
            }
            Wish::Revoke { kid, keep_sessions } => {
                let act = Act::Revoke { kid: kid.clone() };
                let (mut plan, made) = match rotation::act(keys, policy, &act, now) {
                    Err(rotation::ActRefused::NeedsSuccessor { key_use }) => {
                        let made = made.ok_or(Attempt::Wants(key_use))?;
                        let first = enter(keys, made, EnterAs::Active)?;
                        let mut plan =
                            rotation::act(&first.keys, policy, &act, now).map_err(refused)?;
                        plan.changes.splice(0..0, first.changes);
                        (plan, Some(made))
                    }
                    outcome => (outcome.map_err(refused)?, None),
                };
                if *keep_sessions {
                    for key in plan.keys.keys.iter_mut().filter(|key| key.kid == *kid) {
                        key.to_end = false;
                    }
                }
                (plan, made)
            }
            Wish::Act(act) => {
                let plan = rotation::act(keys, policy, act, now).map_err(refused)?;
                match plan.make.first() {
                    None => (plan, None),
                    Some(make) => {
                        let made = made.ok_or(Attempt::Wants(make.key_use))?;
                        (enter(keys, made, make.enter_as)?, Some(made))
                    }
                }
            }
        };
        let kid = entered.map(|made| made.key.kid.clone());
        let news = News {
            keys: plan.keys,
            changes: &plan.changes,
            actor,
            made: entered.into_iter().cloned().collect(),
            now,
        };
        let changes = self.place.hold(held, news).map_err(Attempt::Unwritten)?;
        held.folder.is_written();
        self.put_to_work(held, now)
            .map_err(|error| Attempt::Refused(error.into()))?;
        Ok(Acted {
            changes,
            generation: held.list.generation,
            made: kid,
        })
    }

    /// The private half of a key, encrypted where a passphrase is given.
    ///
    /// # Errors
    /// [`ActError`]
    pub fn export(&self, kid: &str) -> Result<PrivateKey, ActError> {
        let held = self.held();
        let key = held.list.keys.find(kid);
        let key = key.ok_or_else(|| rotation::ActRefused::UnknownKid {
            kid: kid.to_owned(),
        })?;
        let (Some(folder), Some(file)) = (&self.place.folder, &key.file) else {
            return Err(KeyringError::NotAKey {
                path: kid.to_owned(),
                expected: "a key with a file",
                reason: "its private half is not kept".to_owned(),
            }
            .into());
        };
        let path = folder.join(file);
        let text = files::read_secret(&path)?;
        let private = PrivateKey::parse(text.as_bytes(), self.place.settings.passphrase.as_ref());
        private.map_err(|reason| {
            KeyringError::NotAKey {
                path: path.display().to_string(),
                expected: "a private key that signs",
                reason: reason.to_string(),
            }
            .into()
        })
    }

    /// The audit log was told of the first `count` changes. This process does not tell them
    /// again, also where that can't be written: a disk that stays full would fill the log with
    /// them. The next write makes up for it, and only a kill before it tells them twice.
    ///
    /// # Errors
    /// [`KeyringError`] when that can't be written.
    pub fn told(&self, count: usize, now: Timestamp) -> Result<(), ActError> {
        let mut held = self.held();
        held.list.untold = held.list.untold.iter().skip(count).cloned().collect();
        let news = News {
            keys: held.list.keys.clone(),
            changes: &[],
            actor: KeyActor::Schedule,
            made: Vec::new(),
            now,
        };
        Ok(self.place.hold(&mut held, news).map(drop)?)
    }

    /// What the revoked key had signed is ended.
    ///
    /// # Errors
    /// [`ActError`] when that can't be written; it is ended again then.
    pub fn ended(&self, kid: &str, now: Timestamp) -> Result<(), ActError> {
        let mut held = self.held();
        let mut keys = held.list.keys.clone();
        for key in &mut keys.keys {
            if key.kid == kid && key.state == KeyState::Revoked {
                key.to_end = false;
            }
        }
        let news = News {
            keys,
            changes: &[],
            actor: KeyActor::Schedule,
            made: Vec::new(),
            now,
        };
        Ok(self.place.hold(&mut held, news).map(drop)?)
    }
}

/// Whether that is what an operator does at rest who has lost the file of the key that signs:
/// sign with what nobody has, or revoke the key that is lost.
fn is_way_out(wish: &Wish, held: &Held) -> bool {
    match wish {
        Wish::Act(Act::Promote { now, .. } | Act::Rotate { now, .. }) => *now,
        Wish::Revoke { kid, .. } => {
            let lost = held.list.keys.find(kid);
            lost.is_some_and(|key| key.state == KeyState::Retired && key.file.is_none())
        }
        Wish::Act(
            Act::Enter(..)
            | Act::Retire { .. }
            | Act::Revoke { .. }
            | Act::Pin { .. }
            | Act::Unpin { .. },
        )
        | Wish::Generate(_)
        | Wish::Import { .. } => false,
    }
}

/// Why an attempt did not end in a change.
enum Attempt {
    /// A key is to be made or brought first.
    Wants(KeyUse),
    /// It was not written.
    Unwritten(Unwritten),
    /// It is refused.
    Refused(ActError),
}

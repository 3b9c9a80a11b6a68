//! What an act would do, reckoned without doing it: by the same rules that do it.

use std::time::Duration;

use super::scene::Scene;
use super::{SetName, Step, StepName};
use crate::clock::Timestamp;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};
use crate::keyring::rotation::{self, Act, ActRefused, EnterAs, Policy, StepKind};

/// A name that no key can have.
const UNMADE: &str = "\u{1}new";

/// An act as the rules see it.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// An act of the rules.
    Act(Act),
    /// A key that is made, or brought in under that name.
    Enter(KeyUse, Option<String>),
    /// That key is revoked, and one is made first where no other could sign.
    Revoke(String),
}

/// What it comes to.
pub(super) struct Outlook {
    /// Who ceases to sign or to be believed.
    pub(super) losses: Vec<Loss>,
    /// What happens from then on.
    pub(super) timeline: Vec<Step>,
    /// Whether a key must be made for it.
    pub(super) makes: Option<KeyUse>,
    /// Whether a key must be made first.
    pub(super) makes_first: Option<KeyUse>,
}

/// A key ceases to sign, or to be believed.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    /// The key.
    pub(super) leaving: Key,
    /// The key that signs then, as it was before; none for one that is yet to be made.
    pub(super) successor: Option<Key>,
    /// Whether it is not believed any more.
    pub(super) disowned: bool,
}

impl Loss {
    /// How long the successor was published.
    pub(super) fn published_for(&self, policy: &Policy) -> Duration {
        match &self.successor {
            None => Duration::ZERO,
            Some(key) if key.state == KeyState::Next => key.served,
            // It signs already.
            Some(key) => policy.wait(key.key_use).max(policy.jwks_max_age),
        }
    }

    /// How long copies could live that were fetched before the successor was published.
    pub(super) fn copies_live(&self) -> Duration {
        self.successor
            .as_ref()
            .map_or(Duration::MAX, |key| key.copies_live)
    }

    /// Whether the successor signs before it was published for long enough.
    pub(super) fn is_premature(&self, policy: &Policy) -> bool {
        let wait = match &self.successor {
            Some(key) => policy.wait_of(key),
            None => policy.wait(self.leaving.key_use),
        };
        self.published_for(policy) < wait
    }

    /// Whether the key has signed or sealed anything.
    pub(super) fn has_worked(&self) -> bool {
        self.leaving.activated_at.is_some()
    }
}

/// Reckons one act.
///
/// # Errors
/// [`ActRefused`]
pub(super) fn outlook(scene: &Scene<'_>, deed: &Deed) -> Result<Outlook, ActRefused> {
    let (keys, policy, now) = (scene.keys(), scene.policy, scene.now);
    match deed {
        Deed::Act(act) => {
            let plan = rotation::act(keys, policy, act, now)?;
            let mut losses = losses(keys, &plan.keys, policy, None);
            for make in &plan.make {
                match make.enter_as {
                    EnterAs::Active => losses.extend(keys.active(make.key_use).map(|key| Loss {
                        leaving: key.clone(),
                        successor: None,
                        disowned: false,
                    })),
                    EnterAs::Auto | EnterAs::Next | EnterAs::Successor => {}
                }
            }
            Ok(Outlook {
                losses,
                makes: plan.make.first().map(|make| make.key_use),
                timeline: steps(keys, policy, now, Some(act)),
                makes_first: None,
            })
        }
        Deed::Enter(key_use, kid) => {
            let act = enter(*key_use, kid.as_deref(), now);
            let plan = rotation::act(keys, policy, &act, now)?;
            Ok(Outlook {
                makes: Some(*key_use),
                losses: losses(keys, &plan.keys, policy, None),
                timeline: steps(keys, policy, now, Some(&act)),
                makes_first: None,
            })
        }
        Deed::Revoke(kid) => revocation(keys, policy, kid, now),
    }
}

fn revocation(
    keys: &KeySet,
    policy: &Policy,
    kid: &str,
    now: Timestamp,
) -> Result<Outlook, ActRefused> {
    let act = Act::Revoke {
        kid: kid.to_owned(),
    };
    let (before, makes_first) = match rotation::act(keys, policy, &act, now) {
        Err(ActRefused::NeedsSuccessor { key_use }) => {
            let enter = enter(key_use, None, now);
            (
                rotation::act(keys, policy, &enter, now)?.keys,
                Some(key_use),
            )
        }
        Ok(_) => (keys.clone(), None),
        Err(refused) => return Err(refused),
    };
    let plan = rotation::act(&before, policy, &act, now)?;
    Ok(Outlook {
        losses: losses(keys, &plan.keys, policy, Some(kid)),
        timeline: steps(&before, policy, now, Some(&act)),
        makes: makes_first,
        makes_first,
    })
}

/// What is lost between two sets of keys.
fn losses(before: &KeySet, after: &KeySet, policy: &Policy, revoked: Option<&str>) -> Vec<Loss> {
    let mut losses = Vec::new();
    for key_use in &policy.uses {
        let (Some(old), Some(new)) = (before.active(*key_use), after.active(*key_use)) else {
            continue;
        };
        if old.kid != new.kid {
            losses.push(Loss {
                leaving: old.clone(),
                successor: before.find(&new.kid).cloned(),
                disowned: revoked == Some(old.kid.as_str()),
            });
        }
    }
    let is_among = |kid: &str| losses.iter().any(|loss| loss.leaving.kid == kid);
    if let Some(key) = revoked
        .filter(|kid| !is_among(kid))
        .and_then(|kid| before.find(kid))
    {
        losses.push(Loss {
            leaving: key.clone(),
            successor: before.active(key.key_use).cloned(),
            disowned: true,
        });
    }
    losses
}

/// What happens from now on, after an act where there is one.
pub(super) fn steps(
    keys: &KeySet,
    policy: &Policy,
    now: Timestamp,
    act: Option<&Act>,
) -> Vec<Step> {
    rotation::timeline(keys, policy, now, act)
        .into_iter()
        .map(|step| {
            let (what, client) = match step.what {
                StepKind::Made => (StepName::Made, None),
                StepKind::Published => (StepName::Published, None),
                StepKind::Signs => (StepName::Signs, None),
                StepKind::Retired => (StepName::Retired, None),
                StepKind::Withdrawn => (StepName::Withdrawn, None),
                StepKind::Forgotten => (StepName::Forgotten, None),
                StepKind::Revoked => (StepName::Revoked, None),
                StepKind::PinEnds(client) => (StepName::PinEnds, Some(client)),
            };
            Step {
                at: step.at.as_millis(),
                algorithm: SetName(step.key_use),
                kid: step.key.filter(|kid| kid != UNMADE),
                what,
                client,
            }
        })
        .collect()
}

/// A key that is not there yet is brought in.
fn enter(key_use: KeyUse, kid: Option<&str>, now: Timestamp) -> Act {
    let key = Key::new(kid.unwrap_or(UNMADE).to_owned(), key_use, now);
    Act::Enter(Box::new(key), EnterAs::Next)
}

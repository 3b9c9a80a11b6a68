//! What is worth knowing of an act beside what breaks: what it waits for, and what a person
//! might take for granted.

use super::reckoned::{Reckoned, unpinned_lacks};
use super::scene::Scene;
use super::words::span;
use crate::keyring::Wish;
use crate::keyring::model::{Key, KeyState, KeyUse};
use crate::keyring::rotation::{Act, heir};

/// A takeover that is asked for is the schedule's to carry out, which waits for clients.
pub(super) fn waits(scene: &Scene<'_>, reckoned: &Reckoned) -> Option<String> {
    let next = match &reckoned.job.wish {
        Wish::Act(Act::Rotate {
            key_use,
            now: false,
        }) => heir(scene.keys(), *key_use),
        Wish::Act(Act::Promote { kid, now: false }) => scene.keys().find(kid),
        Wish::Act(_) | Wish::Generate(_) | Wish::Import { .. } | Wish::Revoke { .. } => None,
    }?;
    let lacking = scene.holding(next);
    let names: Vec<&str> = lacking.iter().map(|client| client.id.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "on_unready is \"wait\": key {} signs only after these clients have fetched it: {}",
            next.kid,
            names.join(", ")
        )
    })
}

/// What is worth knowing whatever the policy is.
pub(super) fn notes(scene: &Scene<'_>, reckoned: &[Reckoned]) -> Vec<String> {
    let mut notes = Vec::new();
    for it in reckoned {
        notes.extend(outlives_copies(scene, it));
        notes.extend(goes_first(scene, it));
        // Nobody outside has a key that seals.
        if let Some(key_use @ KeyUse::Sign(_)) = it.outlook.makes_first {
            notes.push(format!(
                "{} has no next key: one is made, and nobody has it yet",
                key_use.as_str()
            ));
        }
        if unpinned_lacks(scene, it) {
            notes.push(
                "the client has not fetched the key that signs for all others: it fails until it \
                 fetches"
                    .to_owned(),
            );
        }
        for loss in it.outlook.losses.iter().filter(|loss| loss.disowned) {
            if loss.leaving.key_use == KeyUse::Seal {
                notes.push(
                    "access tokens and sign-ins under way that it sealed are void at once: clients \
                     refresh, people begin again"
                        .to_owned(),
                );
            } else {
                notes.push(
                    "an application believes the revoked key until it fetches the keys anew: \
                     restart those that keep them for longer than they are told"
                        .to_owned(),
                );
            }
        }
    }
    if scene.snapshot.read_only {
        notes.push(
            "the folder of keys can't be written: where a new key is to be made, put its file there"
                .to_owned(),
        );
    }
    notes
}

/// A takeover in good order comes later than configured: copies of the keys are out there that
/// were handed out with a longer max-age.
fn outlives_copies(scene: &Scene<'_>, reckoned: &Reckoned) -> Option<String> {
    let (key_use, next) = match &reckoned.job.wish {
        Wish::Act(Act::Rotate {
            key_use,
            now: false,
        }) => (*key_use, heir(scene.keys(), *key_use)),
        Wish::Act(Act::Promote { kid, now: false }) => {
            let key = scene.keys().find(kid)?;
            (key.key_use, Some(key))
        }
        Wish::Generate(key_use) => (*key_use, None),
        Wish::Act(_) | Wish::Import { .. } | Wish::Revoke { .. } => return None,
    };
    let wait = scene.policy.wait(key_use);
    let left = match (key_use, next) {
        (KeyUse::Seal, _) => return None,
        (KeyUse::Sign(_), Some(next)) if !scene.policy.waits_for_copies(next) => return None,
        (KeyUse::Sign(_), Some(next)) => next.copies_live.saturating_sub(next.served),
        (KeyUse::Sign(_), None) => Some(scene.keys().copies_live).filter(|left| *left > wait)?,
    };
    (!left.is_zero()).then(|| {
        format!(
            "copies of the keys that were handed out with a longer jwks_max_age may be kept for \
             {} more: the next key of {} waits for that",
            span(left),
            key_use.as_str()
        )
    })
}

/// A key that is promoted goes first, also where another one could sign before it.
fn goes_first(scene: &Scene<'_>, reckoned: &Reckoned) -> Option<String> {
    let Wish::Act(Act::Promote { kid, now: false }) = &reckoned.job.wish else {
        return None;
    };
    let chosen = scene.keys().find(kid)?;
    let remaining = |key: &Key| scene.policy.wait_of(key).saturating_sub(key.served);
    let passed_over = scene.keys().keys.iter().find(|key| {
        key.key_use == chosen.key_use
            && key.state == KeyState::Next
            && remaining(key) < remaining(chosen)
    })?;
    Some(format!(
        "{} waits for key {kid}, which you chose, also where its turn comes before: key {} could \
         sign {} earlier and does not",
        chosen.key_use.as_str(),
        passed_over.kid,
        span(remaining(chosen).saturating_sub(remaining(passed_over)))
    ))
}

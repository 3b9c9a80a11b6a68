//! Acts with what they come to, before anything is done.

use super::consequences::breaks;
use super::jobs::Job;
use super::outlook::{Outlook, outlook};
use super::scene::Scene;
use super::{Refusal, RefusalCause, Standing, Step};
use crate::keyring::Wish;
use crate::keyring::model::KeyUse;
use crate::keyring::rotation::Act;

/// An act with what it comes to.
pub(super) struct Reckoned {
    pub(super) job: Job,
    pub(super) outlook: Outlook,
}

/// What each act comes to. Of acts for several sets those are left out that have nothing to
/// do, unless none has.
pub(super) fn reckon(scene: &Scene<'_>, jobs: Vec<Job>) -> Result<Vec<Reckoned>, Refusal> {
    let mut reckoned = Vec::new();
    let mut idle = None;
    for job in jobs {
        match outlook(scene, &job.deed).map_err(Refusal::from) {
            Ok(outlook) => reckoned.push(Reckoned { job, outlook }),
            Err(refusal) if refusal.cause == RefusalCause::NothingToDo => idle = Some(refusal),
            Err(refusal) => return Err(refusal),
        }
    }
    match idle {
        Some(refusal) if reckoned.is_empty() => Err(refusal),
        Some(_) | None => Ok(reckoned),
    }
}

/// Whether a file would have to be written.
pub(super) fn makes_a_key(reckoned: &Reckoned) -> bool {
    match &reckoned.job.wish {
        Wish::Generate(_) | Wish::Import { .. } => true,
        Wish::Act(_) | Wish::Revoke { .. } => reckoned.outlook.makes.is_some(),
    }
}

pub(super) fn does_break(scene: &Scene<'_>, reckoned: &[Reckoned]) -> bool {
    reckoned.iter().any(|it| {
        it.outlook.losses.iter().any(|loss| breaks(scene, loss)) || unpinned_lacks(scene, it)
    })
}

/// What happens from now on: of each act what concerns its set.
pub(super) fn timeline(reckoned: &[Reckoned]) -> Vec<Step> {
    let mut steps: Vec<Step> = reckoned
        .iter()
        .flat_map(|it| {
            let of_others = |step: &&Step| {
                reckoned.len() == 1
                    || it
                        .job
                        .key_use
                        .is_none_or(|key_use| step.algorithm.0 == key_use)
            };
            it.outlook.timeline.iter().filter(of_others).cloned()
        })
        .collect();
    steps.sort_by_key(|step| step.at);
    steps
}

/// Whether a client that loses its pin is known to lack the key that signs for all others.
pub(super) fn unpinned_lacks(scene: &Scene<'_>, reckoned: &Reckoned) -> bool {
    let Wish::Act(Act::Unpin { client }) = &reckoned.job.wish else {
        return false;
    };
    let Some(client) = scene.clients.find(client) else {
        return false;
    };
    let key_use = KeyUse::Sign(client.id_token_signed_response_alg);
    let active = scene.keys().active(key_use).map(|key| key.kid.as_str());
    let is_there_already = scene.roles().pinned.get(&client.id).map(String::as_str) == active;
    !is_there_already && scene.standing(&client, active) == Standing::Stale
}

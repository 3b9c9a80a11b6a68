//! What breaks when a key ceases to sign, or to be believed: counted in the store for what it
//! signed, and told client by client for who must learn another key.

use std::time::Duration;

use super::outlook::Loss;
use super::scene::{Scene, milliseconds};
use super::words::span;
use super::{ClientCount, ClientFate, Consequences, Fate, KeyOffice, Refusal, SetName, Standing};
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::keyring::model::{KeyState, KeyUse};
use crate::keyring::rotation::Roles;
use crate::store::SignedCount;

impl KeyOffice {
    /// What comes of losses.
    pub(super) async fn consequences(
        &self,
        scene: &Scene<'_>,
        losses: &[Loss],
        keep_sessions: bool,
    ) -> Result<Vec<Consequences>, Refusal> {
        let mut all = Vec::new();
        for loss in losses {
            let counted = match loss.leaving.key_use {
                KeyUse::Seal => SignedCount::default(),
                KeyUse::Sign(_) => {
                    let life = loss.leaving.signs_for.max(scene.policy.token_life);
                    let alive_since = scene.now.minus(life);
                    let kid = &loss.leaving.kid;
                    let counted = self.parts.signed_by.count_signed_by(kid, alive_since);
                    counted.await?
                }
            };
            all.push(told(scene, loss, counted, keep_sessions));
        }
        Ok(all)
    }
}

fn told(scene: &Scene<'_>, loss: &Loss, counted: SignedCount, keep_sessions: bool) -> Consequences {
    let roles = scene.roles();
    let clients = scene.clients_of(loss.leaving.key_use);
    Consequences {
        kid: loss.leaving.kid.clone(),
        algorithm: SetName(loss.leaving.key_use),
        successor: loss.successor.as_ref().map(|key| key.kid.clone()),
        disowned: loss.disowned,
        ends: loss.disowned && !keep_sessions && loss.has_worked(),
        id_tokens: counted.id_tokens,
        grants: counted.grants,
        families: counted.families,
        sessions: counted.sessions,
        by_client: counted
            .clients
            .into_iter()
            .map(|(client, count)| ClientCount { client, count })
            .collect(),
        clients: clients
            .into_iter()
            .map(|client| fate(scene, loss, &roles, client))
            .collect(),
    }
}

/// Whether something breaks, so that a person must have seen it.
pub(super) fn breaks(scene: &Scene<'_>, loss: &Loss) -> bool {
    let is_lacked = loss.successor.as_ref().is_some_and(|key| {
        key.state == KeyState::Next && !scene.lacking(key.key_use, &key.kid).is_empty()
    });
    loss.is_premature(scene.policy) || is_lacked || (loss.disowned && loss.has_worked())
}

fn fate(scene: &Scene<'_>, loss: &Loss, roles: &Roles, client: &Client) -> ClientFate {
    let kid = loss.successor.as_ref().map(|key| key.kid.as_str());
    let standing = scene.standing(client, kid);
    let pinned_to = roles.pinned.get(&client.id);
    let loses_its_pin = loss.disowned && pinned_to == Some(&loss.leaving.kid);
    let keeps_its_key = pinned_to.is_some() && !loses_its_pin;
    // Whoever signs for it goes on.
    let nothing_changes = loss
        .successor
        .as_ref()
        .is_some_and(|key| key.state != KeyState::Next)
        && !loses_its_pin;
    let (mut fate, fails_for, mut words) = if keeps_its_key {
        let words = "is pinned to its own key and goes on".to_owned();
        (Fate::Pinned, None, words)
    } else if nothing_changes {
        (Fate::Fine, None, "goes on".to_owned())
    } else {
        met(scene, loss, client, standing)
    };
    if loses_its_pin {
        fate = Fate::PinEnds;
        words = format!("loses the key that it is pinned to; then it {words}");
    }
    ClientFate {
        client: client.id.clone(),
        name: client.name.clone(),
        standing,
        fate,
        fails_for: fails_for.map(milliseconds),
        words,
    }
}

/// What a client meets that must learn another key at once.
fn met(
    scene: &Scene<'_>,
    loss: &Loss,
    client: &Client,
    standing: Standing,
) -> (Fate, Option<Duration>, String) {
    let (max_age, copies_live) = (scene.policy.jwks_max_age, scene.keys().copies_live);
    match standing {
        Standing::Ready => (Fate::Fine, None, "has the key already".to_owned()),
        Standing::Stale => {
            let fetched_at = scene.known.of(&client.id).and_then(|it| it.fetched_at);
            let age = scene
                .now
                .since(Timestamp::from_millis(fetched_at.unwrap_or_default()));
            // Its copy may be one of those that live longer than today's: nobody noted that.
            let left = if copies_live > max_age {
                copies_live
            } else {
                max_age.saturating_sub(age)
            };
            match Some(left).filter(|left| !left.is_zero()) {
                Some(left) => (
                    Fate::FailsUntilFetch,
                    Some(left),
                    format!(
                        "fails for up to {}, until its copy of the keys is too old; not at all if \
                         it fetches for a kid that it does not know",
                        span(left)
                    ),
                ),
                None => (
                    Fate::FailsUntilFetch,
                    None,
                    format!(
                        "keeps keys for longer than it is told (its copy is {} old): fails until \
                         it fetches for a kid that it does not know, or is restarted",
                        span(age)
                    ),
                ),
            }
        }
        Standing::Unknown => {
            let lived = loss.published_for(scene.policy);
            let left = copies_live.min(max_age.max(loss.copies_live()).saturating_sub(lived));
            if left.is_zero() {
                let words = "has the key if it keeps keys no longer than it is told; nobody can \
                             tell"
                    .to_owned();
                (Fate::MayFail, None, words)
            } else {
                let words = format!(
                    "may fail for up to {}: nobody can tell what it has",
                    span(left)
                );
                (Fate::FailsUntilFetch, Some(left), words)
            }
        }
    }
}

//! How things stand: set by set, and client by client.

use super::outlook::steps;
use super::scene::Scene;
use super::words::span;
use super::{
    ClientStatus, FolderStatus, KeyStatus, Late, LateCause, PinLine, SetName, SetStatus, Standing,
    Step, StepName,
};
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::issuer::Issuer;
use crate::domain::readiness::OnUnready;
use crate::keyring::model::{Key, KeyUse};
use crate::keyring::rotation::{self, Roles, heir};

/// Why a next key is published for longer than configured.
const FOR_COPIES: &str = ": copies of the keys that were handed out with a longer jwks_max_age \
                          may be kept until then";

/// How things stand. Who asks fills in the folder.
pub(super) fn status(scene: &Scene<'_>, issuer: &Issuer, on_unready: OnUnready) -> KeyStatus {
    let roles = scene.roles();
    let timeline = steps(scene.keys(), scene.policy, scene.now, None);
    let sets = scene.sets();
    let clients = sets
        .iter()
        .flat_map(|set| scene.clients_of(set.0))
        .map(|client| of_client(scene, &roles, issuer, client))
        .collect();
    KeyStatus {
        now: scene.now.as_millis(),
        folder: FolderStatus::default(),
        sets: sets
            .into_iter()
            .map(|set| of_set(scene, set, &timeline, on_unready))
            .collect(),
        clients,
        at_rest: false,
    }
}

fn of_set(scene: &Scene<'_>, set: SetName, timeline: &[Step], on_unready: OnUnready) -> SetStatus {
    let active = scene.keys().active(set.0);
    let next = heir(scene.keys(), set.0);
    let timeline: Vec<Step> = timeline
        .iter()
        .filter(|step| step.algorithm == set)
        .cloned()
        .collect();
    let (mut ready, mut stale, mut unknown) = (0, 0, 0);
    let about = next.or(active).map(|key| key.kid.as_str());
    for client in scene.clients_of(set.0) {
        match scene.standing(client, about) {
            Standing::Ready => ready += 1,
            Standing::Stale => stale += 1,
            Standing::Unknown => unknown += 1,
        }
    }
    SetStatus {
        algorithm: set,
        unused: !scene.policy.uses.contains(&set.0),
        active: active.map(|key| key.kid.clone()),
        next: next.map(|key| key.kid.clone()),
        rotates_at: timeline
            .iter()
            .find(|step| step.what == StepName::Signs)
            .map(|step| step.at),
        late: late(scene, set.0, next, on_unready),
        timeline,
        ready,
        stale,
        unknown,
    }
}

/// What the schedule would do and can't.
fn late(
    scene: &Scene<'_>,
    key_use: KeyUse,
    next: Option<&Key>,
    on_unready: OnUnready,
) -> Vec<Late> {
    let mut policy = scene.policy.clone();
    let lacking: Vec<ClientId> = next.map_or_else(Vec::new, |next| {
        let clients = scene.holding(next);
        clients.into_iter().map(|it| it.id.clone()).collect()
    });
    policy.held = match on_unready {
        OnUnready::Wait if !lacking.is_empty() => vec![key_use],
        OnUnready::Wait | OnUnready::Warn | OnUnready::Go => Vec::new(),
    };
    let plan = rotation::advance(scene.keys(), &policy, scene.now);
    let mut late: Vec<Late> = plan
        .late
        .into_iter()
        .filter_map(|late| of_late(late, key_use, &lacking, scene.now))
        .collect();
    let is_stuck = match next {
        // It takes over by itself where its state can be changed.
        Some(_) => !scene.snapshot.keeps_states,
        None => scene.snapshot.read_only,
    };
    if is_stuck && !late.is_empty() {
        late.push(Late {
            cause: LateCause::ReadOnly,
            kid: None,
            clients: Vec::new(),
            words: "the folder of keys can't be written: put a new key there from outside"
                .to_owned(),
        });
    } else if let Some(fault) = &scene.snapshot.fault
        && !late.is_empty()
    {
        late.push(Late {
            cause: LateCause::Folder,
            kid: None,
            clients: Vec::new(),
            words: format!("the folder of keys is out of order: {}", fault.words()),
        });
    }
    late
}

fn of_late(late: rotation::Late, of: KeyUse, lacking: &[ClientId], now: Timestamp) -> Option<Late> {
    match late {
        rotation::Late::WaitsForPublication {
            key_use,
            kid,
            remaining,
            for_copies,
        } => (key_use == of).then(|| Late {
            cause: LateCause::Publication,
            kid: Some(kid),
            clients: Vec::new(),
            words: format!(
                "the next key must be published for {} more, while the server runs{}",
                span(remaining),
                if for_copies { FOR_COPIES } else { "" }
            ),
        }),
        rotation::Late::WaitsForClients { key_use, kid } => (key_use == of).then(|| Late {
            cause: LateCause::Clients,
            kid: Some(kid),
            clients: lacking.to_vec(),
            words: "clients have not fetched the next key, and on_unready is \"wait\"".to_owned(),
        }),
        rotation::Late::Overdue { key_use, since } => (key_use == of).then(|| Late {
            cause: LateCause::NoNextKey,
            kid: None,
            clients: Vec::new(),
            words: format!(
                "a new key should have taken over {} ago",
                span(now.since(since))
            ),
        }),
    }
}

fn of_client(scene: &Scene<'_>, roles: &Roles, issuer: &Issuer, client: &Client) -> ClientStatus {
    let key_use = KeyUse::Sign(client.id_token_signed_response_alg);
    let active = scene.keys().active(key_use);
    let next = heir(scene.keys(), key_use);
    let about = next.or(active).map(|key| key.kid.clone());
    let standing = scene.standing(client, about.as_deref());
    let pin = scene.keys().pins.iter().find(|pin| pin.client == client.id);
    let pin = pin.map(|pin| PinLine {
        kid: pin.kid.clone(),
        until: pin.until.as_millis(),
        holds: roles.pinned.get(&client.id) == Some(&pin.kid),
    });
    let known = scene.known.of(&client.id);
    let signed_with = roles
        .pinned
        .get(&client.id)
        .or_else(|| roles.signs.get(&key_use));
    let fetched_at = known
        .and_then(|it| it.fetched_at)
        .map(Timestamp::from_millis);
    // Its copy may be one of those that live longer than today's.
    let outlives = next
        .is_some_and(|next| scene.policy.waits_for_copies(next) && next.served < next.copies_live);
    let will_fetch =
        fetched_at.is_some_and(|at| outlives || scene.now.since(at) < scene.policy.jwks_max_age);
    let jwks_uri = format!("{}/jwks/{}", issuer.as_str(), client.id.as_str());
    ClientStatus {
        client: client.id.clone(),
        name: client.name.clone(),
        algorithm: SetName(key_use),
        signed_with: signed_with.cloned(),
        standing,
        fetched_at: known.and_then(|it| it.fetched_at),
        seen: known.and_then(|it| it.seen),
        hint_kid: known.and_then(|it| it.hint_kid.clone()),
        hint_at: known.and_then(|it| it.hint_at),
        advice: advice(
            standing,
            next.is_some(),
            will_fetch,
            pin.is_some(),
            &jwks_uri,
        ),
        about,
        pin,
        jwks_uri,
    }
}

fn advice(
    standing: Standing,
    has_next: bool,
    will_fetch: bool,
    is_pinned: bool,
    jwks_uri: &str,
) -> Option<String> {
    match standing {
        Standing::Ready => None,
        Standing::Stale if is_pinned => None,
        // A key is next for longer than a copy of the keys may be kept.
        Standing::Stale if has_next && will_fetch => None,
        Standing::Stale if has_next => Some(
            "it fetched the keys before the next one was there: restart it or let it fetch them \
             before that key signs, or pin it to the one that signs now; if it fetches for a kid that \
             it does not know, nothing is to be done"
                .to_owned(),
        ),
        Standing::Stale => Some(
            "it fetched the keys before this one was there: if its sign-ins fail, restart it or \
             let it fetch them"
                .to_owned(),
        ),
        Standing::Unknown => Some(format!(
            "nothing is known of its fetches: where its keys are configured by hand, give it {jwks_uri}"
        )),
    }
}

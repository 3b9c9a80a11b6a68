//! A house whose keys take turns every ninety minutes, and the four relying parties in it.

use std::sync::Arc;
use std::time::Duration;

use dingpass::domain::id::ClientId;
use dingpass::operator::keys::{KeyAnswer, KeyQuestion, KeyRequest};
use jsonwebtoken::Algorithm;
use tempfile::TempDir;

use super::ear::Ear;
use super::key_cache::Habit;
use super::party::Party;
use crate::support::{House, SECRET, private_folder};

/// Obeys `max-age`.
pub(super) const OBEYING: &str = "obeying";
/// Fetches when it meets a kid that it does not know.
pub(super) const UNKNOWN_KID: &str = "unknown-kid";
/// Keeps keys for an hour, whatever it is told.
pub(super) const HOURLY: &str = "hourly";
/// Fetched the keys once, and is pinned to the one that signed then.
pub(super) const PINNED: &str = "pinned";

const CLIENTS: [(&str, &str); 4] = [
    (OBEYING, "RS256"),
    (UNKNOWN_KID, "ES256"),
    (HOURLY, "PS256"),
    (PINNED, "RS256"),
];

/// The sets of keys that this house has.
pub(super) const SETS: [&str; 4] = ["RS256", "PS256", "ES256", "A256GCM"];

/// A key is published for longer than the hour for which one of them keeps the keys.
pub(super) const SCHEDULE: &str = r#"
[keys]
rotate_every = "90m"
publish_before = "75m"
jwks_max_age = "30m"
retire_margin = "5m"
"#;

/// The house, its folder of keys, and who is in it.
pub(super) struct Soak {
    pub(super) house: House,
    pub(super) parties: Vec<Arc<Party>>,
    pub(super) ears: Vec<Ear>,
    _folder: TempDir,
}

impl Soak {
    /// Everybody has fetched the keys, and the one that is pinned is pinned.
    pub(super) async fn start(schedule: &str) -> Self {
        let folder = private_folder();
        let mut more = String::new();
        let mut ears = Vec::new();
        for (id, alg) in CLIENTS {
            let ear = Ear::start().await;
            more.push_str(&client(id, alg, &ear.url));
            ears.push(ear);
        }
        more.push_str(schedule);
        more.push_str("[lifetimes]\ncode = \"2m\"\naccess_token = \"30m\"\n");
        more.push_str("[outbound]\nallowed_addresses = [\"127.0.0.0/8\"]\n");
        let plan = House::plan().more(&more).with_page().delivering();
        let house = plan.key_folder(folder.path()).start().await;
        house.app.look_after_keys().await;
        let mut parties = Vec::new();
        for (id, _) in CLIENTS {
            let (alg, habit) = match id {
                OBEYING => (Algorithm::RS256, Habit::Obeys),
                UNKNOWN_KID => (Algorithm::ES256, Habit::UnknownKid),
                HOURLY => (Algorithm::PS256, Habit::Every(Duration::from_secs(3_600))),
                _ => (Algorithm::RS256, Habit::Never),
            };
            let (clock, redirect) = (house.clock.clone(), redirect(id));
            let party = Party::start(&house.issuer, clock, (id, &redirect), (alg, habit));
            parties.push(Arc::new(party.await));
        }
        let soak = Self {
            house,
            parties,
            ears,
            _folder: folder,
        };
        let kid = soak.active("RS256");
        let until = soak.now() + 365 * 24 * 3_600_000;
        let client = ClientId::new(PINNED);
        soak.operator(KeyRequest::new(KeyQuestion::Pin { client, kid, until }))
            .await;
        soak
    }

    /// A relying party.
    pub(super) fn party(&self, id: &str) -> &Arc<Party> {
        self.parties.iter().find(|it| it.id == id).unwrap()
    }

    /// The time, in milliseconds.
    pub(super) fn now(&self) -> i64 {
        dingpass::clock::Clock::now(&*self.house.clock).as_millis()
    }

    /// The key that signs, or seals.
    pub(super) fn active(&self, set: &str) -> String {
        let keys = self.house.custody.snapshot().keys;
        let is_it = |key: &&dingpass::keyring::model::Key| {
            key.key_use.as_str() == set && key.state == dingpass::keyring::model::KeyState::Active
        };
        keys.keys.iter().find(is_it).unwrap().kid.clone()
    }

    /// An operator's request that is done, and looked after at once.
    pub(super) async fn operator(&self, request: KeyRequest) {
        let office = self.house.app.key_office();
        let answer = office.ask(request, Some(1_000)).await;
        assert!(matches!(answer, KeyAnswer::Done(_)), "{answer:?}");
        self.house.app.look_after_keys().await;
    }

    /// The same for what breaks something: asked twice, as an operator is.
    pub(super) async fn operator_insists(&self, ask: KeyQuestion) {
        let office = self.house.app.key_office();
        let answer = office.ask(KeyRequest::new(ask.clone()).dry(), None).await;
        let KeyAnswer::Planned(planned) = answer else {
            panic!("{answer:?}");
        };
        assert!(planned.breaks);
        self.operator(KeyRequest::new(ask).expecting(planned.generation))
            .await;
    }
}

/// Where a relying party takes answers; nobody listens there.
fn redirect(id: &str) -> String {
    format!("http://127.0.0.1:8080/{id}")
}

fn client(id: &str, alg: &str, ear: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\nredirect_uris = [\"{}\"]\n\
         scope = \"openid profile offline_access\"\nid_token_signed_response_alg = \"{alg}\"\n\
         backchannel_logout_uri = \"{ear}\"\n",
        redirect(id)
    )
}

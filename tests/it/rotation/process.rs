//! Keys that take turns by themselves in the program that is served, in real time, across a
//! power cut.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::SystemClock;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::key_state::KeyState;
use dingpass::store::{Location, open};
use jsonwebtoken::{Algorithm, decode_header};

use super::key_cache::Habit;
use super::party::Party;
use super::told::told;
use crate::cli::{Place, simulator};
use crate::support::{Answer, Browser, CLIENT, REDIRECT, http, soon};

/// How long a key is published before it signs; the cache obeys a `max-age` of a second.
const PUBLISH_BEFORE: Duration = Duration::from_secs(2);
const SCHEDULE: &str = r#"
rotate_every = "4s"
publish_before = "2s"
jwks_max_age = "1s"
retire_margin = "1s"

[lifetimes]
id_token = "15s"
"#;

/// The application, and one person who signs in there again and again.
struct Application {
    party: Party,
    browser: Browser,
    /// The keys that signed, in order.
    signed: Vec<String>,
}

impl Application {
    /// Signs in, without a question after the first time, and believes the token by the keys
    /// that were fetched before.
    async fn sign_in(&mut self) {
        let begun = self.party.begin(&[("scope", "openid")]);
        let page = self.browser.follow(&begun.url, REDIRECT).await;
        let tokens = self.party.finish(&begun, &Answer::of(&page)).await;
        let kid = decode_header(&tokens.unwrap().id_token).unwrap().kid;
        let kid = kid.unwrap();
        if self.signed.last() != Some(&kid) {
            assert!(!self.signed.contains(&kid), "it had its turn");
            self.signed.push(kid);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    /// Until so many keys have signed.
    async fn until(&mut self, keys: usize) {
        while self.signed.len() < keys {
            self.sign_in().await;
        }
    }

    /// Until there is a key that has not signed.
    async fn until_there_is_a_next(&mut self, place: &Place) -> String {
        loop {
            self.sign_in().await;
            let mut kids = published(place).await;
            // One that has just taken over is none that waits.
            self.sign_in().await;
            kids.retain(|kid| !self.signed.contains(kid));
            if let Some(next) = kids.pop_first() {
                return next;
            }
        }
    }
}

async fn published(place: &Place) -> BTreeSet<String> {
    let answer = http().get(place.url("/jwks")).send().await.unwrap();
    let keys: jsonwebtoken::jwk::JwkSet = answer.json().await.unwrap();
    let kids = keys.keys.into_iter().map(|key| key.common.key_id.unwrap());
    kids.collect()
}

/// OIDC Core section 10.1.1, in the program itself: nobody but its own worker turns the keys,
/// and a power cut while a next key waits for its turn does not bring that forward.
#[tokio::test]
async fn the_served_program_turns_its_keys_and_a_power_cut_hastens_nothing() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    place.edit(
        "directory = \"keys\"",
        &format!("directory = \"keys\"\n{SCHEDULE}"),
    );
    let broker = place.serve();
    let party = Party::start(
        &place.url(""),
        Arc::new(SystemClock),
        (CLIENT, REDIRECT),
        (Algorithm::RS256, Habit::Obeys),
    )
    .await;
    let mut application = Application {
        party,
        browser: Browser::new(),
        signed: Vec::new(),
    };
    soon(application.until(2)).await;

    // A next key waits for its turn.
    let next = soon(application.until_there_is_a_next(&place)).await;
    broker.kill();
    let mut broker = place.serve();
    // The connections of before are at their end, and are seen to be.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut browser = Browser::new();
    browser.cookies = std::mem::take(&mut application.browser.cookies);
    application.browser = browser;
    assert!(published(&place).await.contains(&next));
    let so_far = application.signed.len();
    soon(application.until(so_far + 1)).await;
    broker.signal("TERM");
    assert!(broker.wait().success());

    let store = open(&Location::File {
        path: place.path("data/dingpass.redb"),
        cache: 1024 * 1024,
    });
    let told = told(store.unwrap().as_ref()).await;
    let when = |kid: &str, to| {
        let found = told.iter().find(|it| it.kid == kid && it.to == Some(to));
        found.unwrap_or_else(|| panic!("nothing of {kid}: {told:?}"))
    };
    // That one had its turn all the same, though on a busy machine it may have gone by unseen.
    let later = application.signed.iter().skip(1).chain([&next]);
    for kid in later {
        let active = when(kid, KeyState::Active);
        let waited = active.at.since(when(kid, KeyState::Next).at);
        assert!(waited >= PUBLISH_BEFORE, "{waited:?}");
        assert_eq!(active.actor, KeyActor::Schedule);
    }
    for kid in application.signed.iter().rev().skip(1) {
        when(kid, KeyState::Retired);
    }
}

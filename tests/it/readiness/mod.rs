//! Who has fetched which keys (OIDC Core section 10.1.1 leaves to clients how long they keep
//! them): what is told of a client, and what nobody can make us believe.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod alias;
mod bounds;
mod cost;
mod fetches;
mod hints;
mod keeping;
mod places;
mod rotation;
mod rule;
mod secrecy;

use std::net::IpAddr;
use std::sync::Arc;

use dingpass::clock::Clock as _;
use dingpass::domain::id::ClientId;
use dingpass::domain::readiness::ClientReadiness;
use dingpass::protocol::key_adoption::Standing;
use http::{HeaderMap, StatusCode};

use crate::support::{CLIENT, House, Plan, REDIRECT, SECRET, install_crypto};

/// A second client with a secret.
const OTHER: &str = "other";
const OTHER_SECRET: &str = "another-secret-of-at-least-32-characters";
/// A client without one.
const PUBLIC: &str = "spa";
/// A key that nobody has heard of yet.
const UNPUBLISHED: &str = "a-key-to-come";

fn plan() -> Plan {
    House::plan().more(&format!(
        "[[clients]]\nclient_id = \"{OTHER}\"\nclient_secret = \"{OTHER_SECRET}\"\n\
         redirect_uris = [\"{REDIRECT}\"]\n\
         [[clients]]\nclient_id = \"{PUBLIC}\"\npreset = \"spa\"\n\
         redirect_uris = [\"https://spa.example/callback\"]"
    ))
}

async fn house() -> House {
    plan().start().await
}

/// The back end of an application: one address, the same headers with each request, and a
/// connection of its own for each, as from another port.
#[derive(Clone)]
struct BackEnd {
    address: Option<IpAddr>,
    headers: Vec<(&'static str, String)>,
}

impl BackEnd {
    fn new(agent: &str) -> Self {
        Self {
            address: None,
            headers: vec![("user-agent", agent.to_owned())],
        }
    }

    /// All of 127.0.0.0/8 is this machine.
    fn at(mut self, address: &str) -> Self {
        self.address = Some(address.parse().unwrap());
        self
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn request(&self, method: http::Method, url: &str) -> reqwest::RequestBuilder {
        install_crypto();
        let http = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .local_address(self.address)
            .build()
            .unwrap();
        let request = http.request(method, url);
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(*name, value)
        })
    }

    async fn get(&self, house: &House, path: &str) -> (StatusCode, HeaderMap) {
        let request = self.request(http::Method::GET, &house.url(path));
        let answer = request.send().await.unwrap();
        (answer.status(), answer.headers().clone())
    }

    async fn fetch(&self, house: &House) {
        assert_eq!(self.get(house, "/jwks").await.0, 200);
    }

    /// Asks for tokens with a code that is none; tells how that ended.
    async fn authenticate(&self, house: &House, client: &str, secret: &str) -> StatusCode {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "none"),
            ("redirect_uri", REDIRECT),
        ];
        self.prove(house, "/token", client, secret, &form).await
    }

    async fn prove(
        &self,
        house: &House,
        path: &str,
        client: &str,
        secret: &str,
        form: &[(&str, &str)],
    ) -> StatusCode {
        let request = self
            .request(http::Method::POST, &house.url(path))
            .basic_auth(client, Some(secret))
            .form(form);
        request.send().await.unwrap().status()
    }

    async fn authenticates(&self, house: &House) {
        let status = self.authenticate(house, CLIENT, SECRET).await;
        assert_eq!(status, 400, "the code is wrong, the client is right");
    }

    async fn authenticates_as_other(&self, house: &House) {
        let status = self.authenticate(house, OTHER, OTHER_SECRET).await;
        assert_eq!(status, 400);
    }
}

fn known(house: &House, client: &str) -> ClientReadiness {
    house.app.key_adoption().of(&ClientId::new(client))
}

/// The keys that are published.
fn kids(house: &House) -> Arc<[String]> {
    Arc::clone(&house.keyring.published().kids)
}

/// What is told of a client and the key that is published.
fn standing(house: &House, client: &str) -> Standing {
    standing_for(house, client, &kids(house)[0])
}

fn standing_for(house: &House, client: &str, kid: &str) -> Standing {
    let adoption = house.app.key_adoption();
    adoption.standing(&ClientId::new(client), kid, house.clock.now())
}

/// Nothing is known of the keys that a client has.
fn is_unknown(house: &House, client: &str) {
    let known = known(house, client);
    assert_eq!((known.fetched_at, known.seen), (None, None));
    assert_eq!(standing(house, client), Standing::Unknown);
    assert_eq!(standing_for(house, client, UNPUBLISHED), Standing::Unknown);
}

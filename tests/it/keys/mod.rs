//! The keys as the operator handles them, over the socket of a house, and as the schedule does.

// Tells clippy that what is here are tests too: they may panic.
#![cfg(test)]

mod acts;
mod clients;
mod export;
mod import;
mod operators;
mod rest;
mod revoke;
mod rewrite;
mod schedule;
mod socket;
mod telling;
mod waits;
mod warnings;

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::{Clock as _, SystemClock};
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::{Custody, Remembered, Settings};
use dingpass::operator::keys::{
    Done, KeyAnswer, KeyLine, KeyList, KeyQuestion, KeyRequest, KeyStatus, Planned, Refusal,
    RefusalCause, SetName,
};
use dingpass::web::admin::AdminSocket;
use reqwest::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::support::{House, Plan, http, install_crypto, key_settings};

const RS256: SetName = SetName(KeyUse::Sign(SigningAlg::Rs256));
const ES256: SetName = SetName(KeyUse::Sign(SigningAlg::Es256));
const SEAL: SetName = SetName(KeyUse::Seal);

/// A next key is published for so long, in seconds.
const WAIT: u64 = 8;

/// A second client, whose tokens are signed with ES256.
const WIKI: &str = r#"
[[clients]]
client_id = "wiki"
client_secret = "another-secret-of-32-characters!!"
redirect_uris = ["http://127.0.0.1:8080/wiki"]
id_token_signed_response_alg = "ES256"
"#;

/// A schedule of seconds, for RS256 and ES256.
fn settings() -> Settings {
    let mut settings = key_settings();
    let policy = &mut settings.policy;
    policy.rotate_every = None;
    policy.publish_before = Duration::from_secs(WAIT);
    policy.jwks_max_age = Duration::from_secs(WAIT);
    policy.retire_margin = Duration::from_secs(2);
    policy.token_life = Duration::from_secs(20);
    policy.sealed_life = Duration::from_secs(20);
    policy.uses = vec![RS256.0, ES256.0, SEAL.0];
    settings
}

/// A house whose keys are in a folder, and its operator.
struct Bureau {
    folder: TempDir,
    house: House,
    socket: TempDir,
}

impl Bureau {
    async fn start() -> Self {
        Self::of(House::plan().more(WIKI), settings()).await
    }

    async fn of(plan: Plan, settings: Settings) -> Self {
        Self::at(TempDir::new().unwrap(), plan, settings).await
    }

    async fn at(folder: TempDir, plan: Plan, settings: Settings) -> Self {
        install_crypto();
        let path = folder.path().join("keys");
        let custody = Custody::open(
            &path,
            settings,
            Remembered::default(),
            Arc::new(SystemEntropy),
            SystemClock.now(),
        )
        .unwrap();
        let house = plan.custody(Arc::new(custody)).start().await;
        let socket = TempDir::new().unwrap();
        let admin = AdminSocket::bind(&socket.path().join("operator.sock")).unwrap();
        let stopped = CancellationToken::new();
        let router = house.app.operator_router(admin.own(), stopped.clone());
        tokio::spawn(admin.serve(router, stopped));
        Self {
            folder,
            house,
            socket,
        }
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// Who asks, as the kernel says.
    fn uid(&self) -> u32 {
        std::fs::metadata(self.folder.path()).unwrap().uid()
    }

    async fn send(&self, body: String) -> Response {
        install_crypto();
        Client::builder()
            .unix_socket(self.socket.path().join("operator.sock"))
            .no_proxy()
            .build()
            .unwrap()
            .post("http://operator/1/keys")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn ask(&self, request: KeyRequest) -> KeyAnswer {
        let answer = self.send(serde_json::to_string(&request).unwrap()).await;
        assert_eq!(answer.status(), 200);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// What is done without a question in between.
    async fn done(&self, ask: KeyQuestion) -> Done {
        done(self.ask(KeyRequest::new(ask)).await)
    }

    async fn planned(&self, ask: KeyQuestion) -> Planned {
        match self.ask(KeyRequest::new(ask).dry()).await {
            KeyAnswer::Planned(planned) => planned,
            other => panic!("{other:?}"),
        }
    }

    /// Shown first, then done.
    async fn confirmed(&self, ask: KeyQuestion) -> (Planned, Done) {
        let planned = self.planned(ask.clone()).await;
        let request = KeyRequest::new(ask).expecting(planned.generation);
        let done = done(self.ask(request).await);
        (planned, done)
    }

    async fn refused(&self, ask: KeyQuestion) -> Refusal {
        refused(self.ask(KeyRequest::new(ask)).await)
    }

    async fn cause(&self, ask: KeyQuestion) -> RefusalCause {
        self.refused(ask).await.cause
    }

    async fn list(&self) -> KeyList {
        match self.ask(KeyRequest::new(KeyQuestion::List)).await {
            KeyAnswer::Keys(list) => list,
            other => panic!("{other:?}"),
        }
    }

    async fn status(&self) -> KeyStatus {
        match self.ask(KeyRequest::new(KeyQuestion::Status)).await {
            KeyAnswer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    async fn key(&self, kid: &str) -> KeyLine {
        let keys = self.list().await.keys;
        keys.into_iter().find(|key| key.kid == kid).unwrap()
    }

    /// The key of a set in a state.
    async fn kid(&self, set: SetName, state: &str) -> String {
        let keys = self.list().await.keys;
        let found = keys
            .iter()
            .find(|key| key.algorithm == set && word(&key.state) == state);
        found.unwrap_or_else(|| panic!("{keys:#?}")).kid.clone()
    }

    async fn active(&self, set: SetName) -> String {
        self.kid(set, "active").await
    }

    /// Makes a next key.
    async fn generate(&self, algorithm: SetName) -> String {
        let done = self.done(KeyQuestion::Generate { algorithm }).await;
        done.kid.unwrap()
    }

    /// The wiki fetches the keys at its own address, and is in use from there.
    async fn wiki_fetches(&self) {
        self.fetches_as_wiki("wiki/1").await;
        self.wiki_is_used().await;
    }

    /// Somebody of that make asks at the wiki's own address.
    async fn fetches_as_wiki(&self, agent: &str) {
        let url = self.house.url("/jwks/wiki");
        let request = http().get(url).header("user-agent", agent);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// The wiki proves who it is.
    async fn wiki_is_used(&self) {
        let request = http()
            .post(self.house.url("/token"))
            .header("user-agent", "wiki/1")
            .basic_auth("wiki", Some("another-secret-of-32-characters!!"))
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", "none"),
                ("redirect_uri", "http://127.0.0.1:8080/wiki"),
            ]);
        let status = request.send().await.unwrap().status();
        assert_eq!(status, 400, "the code is wrong, the client is right");
    }

    /// Time in which the keys are served.
    async fn serve(&self, seconds: u64) {
        for _ in 0..seconds {
            self.house.clock.advance_seconds(1);
            self.house.app.look_after_keys().await;
        }
    }

    /// What the audit log says of keys: kid, from, to, and by whom.
    async fn told(&self) -> Vec<(String, Option<String>, String, String)> {
        let events = self.events().await;
        let changes = events
            .iter()
            .filter(|event| event["event"] == "key_state_changed");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        changes
            .map(|event| {
                let kid = text(&event["kid"]).unwrap();
                let to = text(&event["to"]).unwrap();
                (kid, text(&event["from"]), to, text(&event["by"]).unwrap())
            })
            .collect()
    }

    /// The audit log, in its order.
    async fn events(&self) -> Vec<Value> {
        let events = self.house.store.events_after(0, 10_000).await.unwrap();
        let kinds = events.iter().map(|numbered| &numbered.event.kind);
        kinds
            .map(|kind| serde_json::to_value(kind).unwrap())
            .collect()
    }

    /// The names of the published keys.
    fn published(&self) -> Vec<String> {
        self.house.keyring.published().kids.to_vec()
    }
}

fn done(answer: KeyAnswer) -> Done {
    match answer {
        KeyAnswer::Done(done) => done,
        other => panic!("{other:?}"),
    }
}

fn refused(answer: KeyAnswer) -> Refusal {
    match answer {
        KeyAnswer::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The name of something on the wire.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value).unwrap() {
        Value::String(word) => word,
        other => panic!("{other}"),
    }
}

/// The kid in a token's header.
fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

fn rotate(algorithm: SetName) -> KeyQuestion {
    KeyQuestion::Rotate {
        algorithm: Some(algorithm),
        now: false,
    }
}

fn rotate_now(algorithm: SetName) -> KeyQuestion {
    KeyQuestion::Rotate {
        algorithm: Some(algorithm),
        now: true,
    }
}

fn revoke(kid: &str) -> KeyQuestion {
    KeyQuestion::Revoke {
        kid: kid.to_owned(),
        keep_sessions: false,
    }
}

//! Failures before anybody signs in: counted by cause and client, told once in an interval.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use dingpass::clock::Timestamp;
use dingpass::domain::event::{AuditEvent, EventKind};
use dingpass::domain::revoked_key::RevokedKey;
use dingpass::protocol::failures::{Failure, FailureLog};
use dingpass::store::{AuditKeeping, Retention, StoreError};
use serde_json::json;
use tokio::sync::watch;

use super::{Operator, counted, names};
use crate::authorize::Ask;
use crate::support::{Answer, CLIENT, House, REDIRECT, SECRET, http};

/// A token request with that client's id and secret; anything else is as it should be.
async fn token(house: &House, client: &str, secret: &str, code: &str) -> u16 {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
    ];
    let request = http().post(house.url("/token")).form(&form);
    let answer = request.basic_auth(client, Some(secret)).send().await;
    answer.unwrap().status().as_u16()
}

/// RFC 6749 section 2.3: who may not be told apart on the wire is told apart for the operator;
/// a made-up client has no name in the log.
#[tokio::test]
async fn failed_client_authentications_are_counted_by_client_and_cause() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    for _ in 0..3 {
        assert_eq!(token(&house, CLIENT, "wrong", "x").await, 401);
    }
    for made_up in ["nobody", "<script>", "demo2"] {
        assert_eq!(token(&house, made_up, SECRET, "x").await, 401);
    }
    let form = [("grant_type", "x"), ("client_id", CLIENT)];
    let no_secret = http().post(house.url("/token")).form(&form).send().await;
    assert_eq!(no_secret.unwrap().status(), 401);
    assert!(operator.all().await.is_empty(), "nothing is stored at once");
    house.app.tell_failures().await;
    let events = operator.all().await;
    assert_eq!(
        counted(&events),
        [
            ("client_authentication/rejected_client", None, 3),
            ("client_authentication/rejected_client", Some(CLIENT), 4),
        ]
    );
    house.app.tell_failures().await;
    assert_eq!(operator.all().await.len(), 2, "and told once");
}

/// A store that keeps what it is told once it works again.
#[derive(Default)]
struct Failing {
    works: AtomicBool,
    told: Mutex<Vec<AuditEvent>>,
}

#[async_trait::async_trait]
impl AuditKeeping for Failing {
    async fn append_events(&self, events: Vec<AuditEvent>) -> Result<(), StoreError> {
        if !self.works.load(Ordering::Relaxed) {
            return Err(StoreError::Failed("no space".to_owned()));
        }
        self.told.lock().unwrap().extend(events);
        Ok(())
    }

    async fn tell_of_keys(
        &self,
        events: Vec<AuditEvent>,
        _: Vec<RevokedKey>,
    ) -> Result<(), StoreError> {
        self.append_events(events).await
    }

    async fn forget_events(&self, _: Retention) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn commits(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }
}

/// What could not be told is not forgotten: it is told with what comes after it.
#[tokio::test]
async fn failures_that_could_not_be_told_are_told_later() {
    let failures = FailureLog::default();
    let store = Failing::default();
    let refuse = || failures.count(Failure::ClientAuthentication("rejected_client"), None, None);
    refuse();
    refuse();
    let now = Timestamp::from_millis(1);
    assert!(failures.flush(&store, now).await.is_err());
    refuse();
    store.works.store(true, Ordering::Relaxed);
    failures.flush(&store, now).await.unwrap();
    failures.flush(&store, now).await.unwrap();
    let told = store.told.lock().unwrap();
    let expected = EventKind::FailuresCounted {
        cause: "client_authentication/rejected_client".to_owned(),
        client: None,
        count: 3,
        upstream_request: None,
    };
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, expected);
}

/// A private_key_jwt's client is named in the assertion alone (RFC 7523 section 3).
#[tokio::test]
async fn an_assertion_that_is_refused_counts_for_the_client_that_it_names() {
    use base64::Engine as _;
    let house = House::start().await;
    let operator = Operator::of(&house);
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(json!({ "iss": CLIENT, "sub": CLIENT }).to_string());
    let deep = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode("[".repeat(20_000));
    for payload in [payload.as_str(), "", "%", deep.as_str()] {
        let form = [
            ("grant_type", "authorization_code"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &format!("e30.{payload}.AAAA")),
        ];
        let answer = http().post(house.url("/token")).form(&form).send().await;
        assert!(answer.unwrap().status().is_client_error());
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    let counts = counted(&events);
    let of = |wanted: Option<&str>| -> u64 {
        let mine = counts.iter().filter(|(_, client, _)| *client == wanted);
        mine.map(|(_, _, count)| count).sum()
    };
    assert_eq!((of(None), of(Some(CLIENT))), (3, 1));
}

/// Codes: unknown ones are counted; one that its own client spoils or replays is told by an
/// event of its own, once.
#[tokio::test]
async fn codes_that_are_refused_are_counted_or_told() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let code = Answer::of(&page).code().to_owned();
    assert_eq!(token(&house, CLIENT, SECRET, "made-up").await, 400);
    assert_eq!(token(&house, CLIENT, SECRET, &code).await, 200);
    for _ in 0..5 {
        assert_eq!(token(&house, CLIENT, SECRET, &code).await, 400);
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    assert_eq!(
        names(&events)[..3],
        ["signed_in", "code_redeemed", "code_replayed"]
    );
    assert_eq!(
        counted(&events),
        [
            ("code/replayed_code", Some(CLIENT), 5),
            ("code/unknown_code", Some(CLIENT), 1),
        ]
    );
}

/// RFC 7662 section 2.1 and RFC 7009 section 2.1: wherever a client must prove who it is.
#[tokio::test]
async fn clients_that_are_refused_elsewhere_are_counted_too() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    for path in ["/introspect", "/revoke"] {
        let request = http().post(house.url(path)).form(&[("token", "x")]);
        let answer = request.basic_auth(CLIENT, Some("wrong")).send().await;
        assert_eq!(answer.unwrap().status(), 401, "{path}");
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    let expected = [("client_authentication/rejected_client", Some(CLIENT), 2)];
    assert_eq!(counted(&events), expected);
}

/// RFC 6749 section 4.1.2.1: both kinds of refusal. That nobody is signed in is an answer and
/// no failure (OIDC Core section 3.1.2.6).
#[tokio::test]
async fn refused_authorization_requests_are_counted() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    for ask in [
        Ask::new().with("client_id", "made-up"),
        Ask::new().with("redirect_uri", "https://evil.example/"),
        Ask::new().with("redirect_uri", "https://evil.example/2"),
        Ask::new().with("response_type", "token"),
        Ask::new().with("prompt", "none"),
    ] {
        house.browser().get(&ask.url(&house)).await;
    }
    house
        .browser()
        .get(&house.url("/callback/acme?code=x&state=a.b"))
        .await;
    house.app.tell_failures().await;
    let events = operator.all().await;
    let expected = [
        ("authorization/response_type", Some(CLIENT), 1),
        ("authorization/unknown_client", None, 1),
        ("authorization/unregistered_redirect_uri", Some(CLIENT), 2),
    ];
    assert_eq!(counted(&events), expected);
}

/// A person whom the organisation does not have: the cause, and DingTalk's own name of the
/// call, which its support asks for.
#[tokio::test]
async fn a_person_whom_dingtalk_refuses_is_counted_with_its_request_id() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    house.sim.sign_in_as("zhaoliu").await;
    for _ in 0..2 {
        let page = house
            .browser()
            .follow(&Ask::new().url(&house), REDIRECT)
            .await;
        assert_eq!(page.status.as_u16(), 403);
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    assert_eq!(
        counted(&events),
        [("sign_in/not_a_member", Some(CLIENT), 2)]
    );
    let request = events[0]["upstream_request"].as_str().unwrap();
    assert!(!request.is_empty());
}

//! Keys that a client publishes (OIDC Registration section 2, `jwks_uri`): fetched, kept,
//! changed, and never at the command of strangers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use tokio::task::JoinSet;

use super::{REDIRECT, Signer, claims, client, redeem};
use crate::support::{House, soon};
use crate::token::{Ask, Reply};

/// The server of a client's keys.
#[derive(Clone)]
struct KeyServer {
    url: String,
    visits: Arc<AtomicUsize>,
    answer: Arc<Mutex<(StatusCode, Option<&'static str>, String)>>,
}

impl KeyServer {
    async fn start(signers: &[&Signer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}/jwks", listener.local_addr().unwrap()),
            visits: Arc::default(),
            answer: Arc::new(Mutex::new((StatusCode::OK, None, String::new()))),
        };
        server.publish(signers);
        let state = server.clone();
        let answer = async move || {
            state.visits.fetch_add(1, Ordering::SeqCst);
            // Long enough for others to come meanwhile.
            tokio::task::yield_now().await;
            let (status, caching, body) = state.answer.lock().unwrap().clone();
            let caching = caching.unwrap_or("public");
            (status, [("cache-control", caching)], body)
        };
        let router = Router::new().route("/jwks", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<_> = signers.iter().map(|signer| &signer.jwk).collect();
        let body = json!({ "keys": keys }).to_string();
        let mut answer = self.answer.lock().unwrap();
        (answer.0, answer.2) = (StatusCode::OK, body);
    }

    fn caching(&self, header: &'static str) {
        self.answer.lock().unwrap().1 = Some(header);
    }

    fn break_down(&self) {
        self.answer.lock().unwrap().0 = StatusCode::BAD_GATEWAY;
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    async fn house(&self) -> House {
        House::plan()
            .more("[outbound]\nallowed_addresses = [\"127.0.0.0/8\"]")
            .more(&client("signer", &format!("jwks_uri = \"{}\"", self.url)))
            .start()
            .await
    }
}

/// What a client does: a code and its redemption.
async fn sign_in(house: &House, signer: &Signer, number: u64) -> Reply {
    let ask = Ask::new().by("signer", REDIRECT);
    let code = ask.code(house, &mut house.browser()).await;
    let assertion = signer.assert(&claims(house, "signer", number));
    redeem(&code, &assertion).send(house).await
}

/// What a stranger does: an assertion without a code.
async fn knock(house: &House, signer: &Signer, number: u64) {
    let assertion = signer.assert(&claims(house, "signer", number));
    let reply = redeem("no-code", &assertion).send(house).await;
    reply.refused(401, "invalid_client");
}

/// oidcc-registration-jwks-uri: the keys are fetched once and kept.
#[tokio::test]
async fn published_keys_are_fetched_when_they_are_needed_and_kept() {
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    let house = server.house().await;
    assert_eq!(server.visits(), 0);
    for number in 0..3 {
        sign_in(&house, &signer, number).await.tokens();
    }
    assert_eq!(server.visits(), 1);
}

/// oidcc-refresh-token-rp-key-rotation: a new kid is looked for at once, a withdrawn key is
/// gone with the fetch.
#[tokio::test]
async fn a_client_changes_its_keys_without_asking() {
    let (old, new) = (Signer::es256("old"), Signer::rsa("new", "PS256"));
    let server = KeyServer::start(&[&old]).await;
    let house = server.house().await;
    sign_in(&house, &old, 0).await.tokens();
    house.clock.advance_seconds(60);
    server.publish(&[&new]);
    sign_in(&house, &new, 1).await.tokens();
    assert_eq!(server.visits(), 2);
    let late = sign_in(&house, &old, 2).await;
    late.refused(401, "invalid_client");
    assert_eq!(server.visits(), 2);
}

/// OIDC Core section 10.1.1, for clients that name no key.
#[tokio::test]
async fn a_change_of_a_key_without_a_name_is_found_too() {
    let (old, new) = (
        Signer::es256("x").without("kid"),
        Signer::es256("x").without("kid"),
    );
    let server = KeyServer::start(&[&old]).await;
    let house = server.house().await;
    sign_in(&house, &old, 0).await.tokens();
    house.clock.advance_seconds(60);
    server.publish(&[&new]);
    sign_in(&house, &new, 1).await.tokens();
}

/// A stranger can name any key, so unknown names make one fetch in half a minute.
#[tokio::test]
async fn a_flood_of_unknown_keys_makes_few_fetches() {
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    let house = server.house().await;
    sign_in(&house, &signer, 0).await.tokens();
    for number in 1..=50 {
        let stranger = Signer::es256(&format!("unknown-{number}"));
        knock(&house, &stranger, number).await;
    }
    assert_eq!(server.visits(), 1);
    for round in 0..3 {
        house.clock.advance_seconds(30);
        for number in 0..10 {
            let stranger = Signer::es256(&format!("unknown-{round}-{number}"));
            knock(&house, &stranger, 100 * round + number).await;
        }
        assert_eq!(server.visits(), 2 + usize::try_from(round).unwrap());
    }
    // Keys that it knows are not looked for, whoever signed.
    house.clock.advance_seconds(30);
    knock(&house, &Signer::es256("one"), 1000).await;
    assert_eq!(server.visits(), 4);
    sign_in(&house, &signer, 2000).await.tokens();
}

/// Those who come while a fetch is under way wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_once_make_one_fetch() {
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    let house = Arc::new(server.house().await);
    let mut under_way = JoinSet::new();
    for number in 0..24 {
        let assertion = signer.assert(&claims(&house, "signer", number));
        let house = Arc::clone(&house);
        under_way.spawn(async move {
            redeem("no-code", &assertion)
                .send(&house)
                .await
                .invalid_grant();
        });
    }
    under_way.join_all().await;
    assert_eq!(server.visits(), 1);
}

/// RFC 9111 section 5.2.2: as long as the server says, from a minute to a day; ten minutes
/// where it says nothing.
#[tokio::test]
async fn keys_are_kept_as_long_as_their_server_says_within_bounds() {
    for (header, kept, over) in [
        ("public", 590, 11),
        ("max-age=1200", 1190, 11),
        ("max-age=1", 55, 6),
        ("no-store", 55, 6),
        ("max-age=31536000", 86_390, 11),
    ] {
        let signer = Signer::es256("one");
        let server = KeyServer::start(&[&signer]).await;
        server.caching(header);
        let house = server.house().await;
        let mut number = 0;
        let mut ask = async || {
            number += 1;
            let assertion = signer.assert(&claims(&house, "signer", number));
            redeem("no-code", &assertion)
                .send(&house)
                .await
                .invalid_grant();
        };
        ask().await;
        house.clock.advance_seconds(kept);
        ask().await;
        assert_eq!(server.visits(), 1, "{header}");
        house.clock.advance_seconds(over);
        ask().await;
        assert_eq!(server.visits(), 2, "{header}");
    }
}

/// An outage of a client's server signs nobody out, for a day; and it is not asked at each
/// request.
#[tokio::test]
async fn keys_go_on_being_good_while_they_cannot_be_fetched_but_not_for_ever() {
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    let house = server.house().await;
    sign_in(&house, &signer, 0).await.tokens();
    server.break_down();
    house.clock.advance_seconds(601);
    for number in 1..=5 {
        sign_in(&house, &signer, number).await.tokens();
    }
    assert_eq!(server.visits(), 2);
    house.clock.advance_seconds(3600);
    sign_in(&house, &signer, 6).await.tokens();
    house.clock.advance_seconds(24 * 3600);
    let late = sign_in(&house, &signer, 7).await;
    late.refused(401, "invalid_client");
    // It comes back, and with it the client.
    server.publish(&[&signer]);
    house.clock.advance_seconds(5);
    sign_in(&house, &signer, 8).await.tokens();
}

/// RFC 7517 section 5; lessons of leaked keys: a set that is empty, or whose key has its
/// private half beside it, is an answer and no outage.
#[tokio::test]
async fn a_key_that_was_withdrawn_or_given_away_is_not_good_any_more() {
    let signer = Signer::es256("one");
    let given_away = Signer::es256("two").with("d", json!("AAAA"));
    let server = KeyServer::start(&[&signer, &given_away]).await;
    let house = server.house().await;
    sign_in(&house, &signer, 0).await.tokens();
    let leaked = sign_in(&house, &given_away, 1).await;
    leaked.refused(401, "invalid_client");
    server.publish(&[]);
    house.clock.advance_seconds(601);
    let withdrawn = sign_in(&house, &signer, 2).await;
    withdrawn.refused(401, "invalid_client");
}

/// What is no set of keys is no answer.
#[tokio::test]
async fn a_document_that_is_no_set_of_keys_is_refused() {
    let signer = Signer::es256("one");
    for body in ["", "{}", "[]", "{\"keys\":{}}", "not json", "<html>"] {
        let server = KeyServer::start(&[]).await;
        server.answer.lock().unwrap().2 = body.to_owned();
        let house = server.house().await;
        let refused = sign_in(&house, &signer, 0).await;
        refused.refused(401, "invalid_client");
    }
    let many: Vec<Signer> = (0..33).map(|n| Signer::es256(&format!("{n}"))).collect();
    let server = KeyServer::start(&many.iter().collect::<Vec<_>>()).await;
    let house = server.house().await;
    let refused = sign_in(&house, &many[0], 0).await;
    refused.refused(401, "invalid_client");
}

/// The outbound guard: what is not listed is not called (server-side request forgery).
#[tokio::test]
async fn keys_at_an_address_that_is_not_listed_are_not_fetched() {
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    for uri in [
        server.url.clone(),
        server.url.replace("127.0.0.1", "localhost"),
        server.url.replace("http:", "https:"),
    ] {
        let house = House::plan()
            .more(&client("signer", &format!("jwks_uri = \"{uri}\"")))
            .start()
            .await;
        let refused = sign_in(&house, &signer, 0).await;
        refused.refused(401, "invalid_client");
    }
    assert_eq!(server.visits(), 0);
}

/// A client whose server hangs holds up nobody but itself.
#[tokio::test]
async fn a_server_that_hangs_does_not_hold_up_other_clients() {
    // A fetch is given up after seconds. Where the machine takes as long for a sign-in, nothing
    // was seen, and it is tried again; who is held up is so each time.
    for _ in 0..5 {
        if another_client_is_served_meanwhile().await {
            return;
        }
    }
    panic!("the other client waits until the fetch is given up");
}

/// Whether a client signs somebody in while another one's keys are being waited for.
async fn another_client_is_served_meanwhile() -> bool {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging = format!("http://{}/jwks", silent.local_addr().unwrap());
    let signer = Signer::es256("one");
    let server = KeyServer::start(&[&signer]).await;
    let house = House::plan()
        .more("[outbound]\nallowed_addresses = [\"127.0.0.1\"]")
        .more(&client("signer", &format!("jwks_uri = \"{}\"", server.url)))
        .more(&client("hung", &format!("jwks_uri = \"{hanging}\"")))
        .start()
        .await;
    let house = Arc::new(house);
    let waiting = {
        let assertion = signer.assert(&claims(&house, "hung", 0));
        let house = Arc::clone(&house);
        tokio::spawn(async move { redeem("no-code", &assertion).send(&house).await })
    };
    // The fetch has begun.
    let _connection = silent.accept().await.unwrap();
    sign_in(&house, &signer, 0).await.tokens();
    let meanwhile = !waiting.is_finished();
    soon(waiting).await.unwrap().refused(401, "invalid_client");
    meanwhile
}

/// Who hangs up in the middle of a fetch neither ends it nor uses it up.
#[tokio::test]
async fn a_fetch_outlives_the_request_that_began_it() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/jwks", slow.local_addr().unwrap());
    let signer = Signer::es256("one");
    let house = House::plan()
        .more("[outbound]\nallowed_addresses = [\"127.0.0.1\"]")
        .more(&client("signer", &format!("jwks_uri = \"{uri}\"")))
        .start()
        .await;
    let house = Arc::new(house);
    let first = {
        let assertion = signer.assert(&claims(&house, "signer", 0));
        let house = Arc::clone(&house);
        tokio::spawn(async move { redeem("no-code", &assertion).send(&house).await })
    };
    let (mut stream, _) = slow.accept().await.unwrap();
    first.abort();
    let _ = first.await;
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await.unwrap();
    let body = json!({ "keys": [signer.jwk] }).to_string();
    let length = body.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.unwrap();
    // Nobody listens any more, so only the first fetch can have brought the keys.
    drop(slow);
    sign_in(&house, &signer, 1).await.tokens();
}

/// A clock that goes back: keys that changed since are found all the same, at once, and an
/// outage just before is not waited for until the clock is there again.
#[tokio::test]
async fn keys_are_found_by_a_clock_that_went_back_too() {
    let (first, second) = (Signer::es256("first"), Signer::es256("second"));
    let server = KeyServer::start(&[&first]).await;
    let house = server.house().await;
    sign_in(&house, &first, 1).await.tokens();
    server.publish(&[&second]);
    house.clock.go_back_seconds(3600);
    sign_in(&house, &second, 2).await.tokens();
    house.clock.advance_seconds(2 * 24 * 3600);
    server.break_down();
    let late = sign_in(&house, &second, 3).await;
    late.refused(401, "invalid_client");
    server.publish(&[&second]);
    house.clock.go_back_seconds(3600);
    sign_in(&house, &second, 4).await.tokens();
}

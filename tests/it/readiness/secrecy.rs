//! The real server: it knows where requests come from, and keeps it to itself.

use dingpass::domain::readiness::{ClientReadiness, FetchSeen};
use dingpass::store::{self, Location};

use super::{BackEnd, house};
use crate::cli::Place;
use crate::support::{CLIENT, REDIRECT, SECRET};

/// What is never written anywhere.
const SENTINELS: [&str; 4] = ["sentinel", "127.4.5.6", "127.4.5.7", "10.4.5.6"];

fn app() -> BackEnd {
    BackEnd::new("sentinel-agent/1")
        .at("127.4.5.6")
        .with("x-forwarded-for", "10.4.5.6, sentinel-forwarded")
        .with("forwarded", "for=\"sentinel-forwarded\"")
}

async fn get(place: &Place, app: &BackEnd, path: &str) {
    let request = app.request(http::Method::GET, &place.url(path));
    request.send().await.unwrap();
}

async fn authenticate(place: &Place, app: &BackEnd, secret: &str) {
    let request = app
        .request(http::Method::POST, &place.url("/token"))
        .basic_auth(CLIENT, Some(secret))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", "none"),
            ("redirect_uri", REDIRECT),
        ]);
    request.send().await.unwrap();
}

/// Everything that a server wrote when it has ended, and what is known of the client.
async fn end(place: &Place, mut server: crate::cli::Process) -> (String, Vec<ClientReadiness>) {
    server.signal("TERM");
    assert!(server.wait().success());
    let path = place.path("data/dingpass.redb");
    let bytes = std::fs::read(&path).unwrap();
    let cache = 1024 * 1024;
    let store = store::open(&Location::File { path, cache }).unwrap();
    let known = store.load_readiness().await.unwrap();
    let written = String::from_utf8_lossy(&bytes).into_owned();
    (server.said.join("\n") + &written, known)
}

/// The server hands on its peers' addresses, so that two hosts with one library are two; what
/// is known is written down at its end; and neither log nor database say from where or with
/// what anybody came: addresses and agents are personal data (keycloak-dingtalk#4).
#[tokio::test]
async fn a_server_tells_places_apart_and_tells_nobody_of_them() {
    let place = Place::new();
    let file = std::fs::read_to_string(place.file()).unwrap();
    place.write(&format!(
        "{file}\n[log]\nfilter = \"debug,dingpass=trace\"\n"
    ));
    let server = place.serve();
    authenticate(&place, &app(), "a-wrong-secret").await;
    authenticate(&place, &app(), SECRET).await;
    get(&place, &app().at("127.4.5.7"), "/jwks").await;
    for path in ["/jwks/nobody", "/nowhere", "/authorize?client_id=x"] {
        get(&place, &app(), path).await;
    }
    let (written, known) = end(&place, server).await;
    assert!(written.contains("rejected_client"), "{written}");
    let [of_client] = known.as_slice() else {
        panic!("{known:?}");
    };
    assert_eq!(of_client.fetched_at, None, "another host was taken for it");
    assert!(of_client.authenticated_at.is_some());
    for sentinel in SENTINELS {
        assert!(!written.contains(sentinel), "{sentinel}");
    }

    let server = place.serve();
    get(&place, &app(), "/jwks").await;
    authenticate(&place, &app(), SECRET).await;
    let (_, known) = end(&place, server).await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].seen, Some(FetchSeen::Address));
    assert_eq!(known[0].kids.len(), 1);
}

/// What a caller is made of can't be read from it.
#[tokio::test]
async fn a_caller_is_printed_as_nothing() {
    let house = house().await;
    let adoption = house.app.key_adoption();
    let caller = super::bounds::caller(&adoption, "sentinel-agent/1");
    assert_eq!(format!("{caller:?}"), "Caller(..)");
}

/// Embedded in another server the router may be told of no address: it works all the same,
/// and the headers tell callers apart.
#[tokio::test]
async fn a_router_without_addresses_works() {
    use axum::body::Body;
    use base64::Engine as _;
    use dingpass::protocol::key_adoption::Standing;
    use tower::ServiceExt as _;
    let house = house().await;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    for (agent, expected) in [("a", Standing::Unknown), ("b", Standing::Ready)] {
        let fetch = http::Request::get("/jwks").header("user-agent", agent);
        let proof = http::Request::post("/token")
            .header("user-agent", "b")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", format!("Basic {basic}"));
        for request in [proof.body(Body::empty()), fetch.body(Body::empty())] {
            let answer = house.app.router().oneshot(request.unwrap()).await.unwrap();
            assert!(answer.status().as_u16() <= 400);
        }
        assert_eq!(super::standing(&house, CLIENT), expected);
    }
}

//! `/jwks/{client}`: the same document at an address of the client's own.

use dingpass::clock::Clock as _;
use dingpass::domain::readiness::FetchSeen;
use dingpass::protocol::key_adoption::Standing;

use super::{
    BackEnd, OTHER, PUBLIC, UNPUBLISHED, house, is_unknown, known, plan, standing, standing_for,
};
use crate::support::{CLIENT, House, http};

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

async fn get(house: &House, path: &str) -> Answer {
    let answer = http().get(house.url(path)).send().await.unwrap();
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: answer.text().await.unwrap(),
    }
}

/// RFC 7517 section 5, RFC 9111: to a client it makes no difference which one it is given.
#[tokio::test]
async fn the_alias_serves_the_same_document_in_the_same_way() {
    let house = house().await;
    let ordinary = get(&house, "/jwks").await;
    for client in [CLIENT, OTHER, PUBLIC] {
        let alias = get(&house, &format!("/jwks/{client}")).await;
        assert_eq!(alias.status, 200);
        assert_eq!(alias.body, ordinary.body);
        for name in ["content-type", "cache-control", "etag", "content-length"] {
            assert_eq!(alias.headers[name], ordinary.headers[name], "{name}");
        }
        let names = |answer: &Answer| {
            let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names
        };
        assert_eq!(names(&alias), names(&ordinary));
    }
}

/// The Fetch standard, section 3.2: script of any origin may read it, as it may the other.
#[tokio::test]
async fn script_of_any_origin_may_read_the_alias() {
    let house = house().await;
    for path in ["/jwks", "/jwks/spa"] {
        let request = http()
            .get(house.url(path))
            .header("origin", "https://a.example");
        let answer = request.send().await.unwrap();
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "*",
            "{path}"
        );
    }
}

/// An application behind an outgoing proxy has any address; a public client has no other way.
#[tokio::test]
async fn a_fetch_by_the_alias_is_the_clients_whoever_comes() {
    let house = house().await;
    let places = [
        BackEnd::new("a"),
        BackEnd::new("b").at("127.0.0.2"),
        BackEnd::new("a").with("x-forwarded-for", "10.9.8.7"),
    ];
    for (client, place) in [CLIENT, OTHER, PUBLIC].into_iter().zip(&places) {
        is_unknown(&house, client);
        let (status, _) = place.get(&house, &format!("/jwks/{client}")).await;
        assert_eq!(status, 200);
        assert_eq!(known(&house, client).seen, Some(FetchSeen::Alias));
        assert_eq!(standing(&house, client), Standing::Ready);
    }
    // It makes nobody known by the place that it came from.
    let house = super::house().await;
    places[0].get(&house, "/jwks/demo").await;
    places[0].fetch(&house).await;
    let known = known(&house, CLIENT);
    assert_eq!(known.seen, Some(FetchSeen::Alias));
    is_unknown(&house, OTHER);
}

/// Who asks at the alias from where the client proves who it is, is the client: before its
/// first authentication and after.
#[tokio::test]
async fn a_fetch_of_the_alias_from_the_clients_own_place_is_proven() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    app.get(&house, "/jwks/demo").await;
    assert_eq!(known(&house, CLIENT).seen, Some(FetchSeen::Alias));
    app.authenticates(&house).await;
    assert_eq!(known(&house, CLIENT).seen, Some(FetchSeen::Address));
    house.clock.advance_seconds(5);
    app.get(&house, "/jwks/demo").await;
    let fetched = known(&house, CLIENT);
    assert_eq!(fetched.seen, Some(FetchSeen::Address));
    assert_eq!(fetched.fetched_at, Some(house.clock.now().as_millis()));
    is_unknown(&house, OTHER);
}

/// A stranger's word counts for less than what is proven, until nothing was proven for so long
/// that the client may well be fetching by the alias, from wherever it is now.
#[tokio::test]
async fn a_strangers_fetch_of_the_alias_takes_nothing_from_what_is_proven() {
    let house = house().await;
    let (app, stranger) = (BackEnd::new("gitea/1.24"), BackEnd::new("curl/8"));
    app.fetch(&house).await;
    app.authenticates(&house).await;
    let proven = known(&house, CLIENT);
    house.clock.advance_seconds(30 * 24 * 60 * 60);
    stranger.get(&house, "/jwks/demo").await;
    assert_eq!(known(&house, CLIENT), proven);
    house.clock.advance_seconds(1);
    stranger.get(&house, "/jwks/demo").await;
    assert_eq!(known(&house, CLIENT).seen, Some(FetchSeen::Alias));
    // And what is proven counts for more again.
    app.fetch(&house).await;
    app.authenticates(&house).await;
    stranger.get(&house, "/jwks/demo").await;
    assert_eq!(known(&house, CLIENT).seen, Some(FetchSeen::Address));
}

/// A use that comes after a fetch of the alias is noted at once: it is what makes it count.
#[tokio::test]
async fn a_use_after_a_fetch_of_the_alias_is_noted_at_once() {
    let house = house().await;
    let (app, elsewhere) = (BackEnd::new("gitea/1.24"), BackEnd::new("curl/8"));
    app.authenticates(&house).await;
    house.clock.advance_seconds(60);
    elsewhere.get(&house, "/jwks/demo").await;
    let of_next = || standing_for(&house, CLIENT, UNPUBLISHED);
    assert_eq!(of_next(), Standing::Unknown);
    house.clock.advance_seconds(60);
    app.authenticates(&house).await;
    assert_eq!(of_next(), Standing::Stale);
}

/// A name with whatever characters names the client that has it.
#[tokio::test]
async fn a_name_is_read_as_addresses_write_it() {
    let house = plan()
        .more(
            "[[clients]]\nclient_id = \"a/b?c%64\"\n\
             client_secret = \"a-third-secret-of-at-least-32-characters\"\n\
             redirect_uris = [\"https://c.example/\"]",
        )
        .start()
        .await;
    assert_eq!(get(&house, "/jwks/a%2Fb%3Fc%2564").await.status, 200);
    assert_eq!(standing(&house, "a/b?c%64"), Standing::Ready);
    assert_eq!(get(&house, "/jwks/a/b%3Fc%2564").await.status, 404);
}

/// An unknown client is an unknown address, and nothing is remembered of it.
#[tokio::test]
async fn the_alias_of_nobody_is_an_unknown_address() {
    let house = house().await;
    let nowhere = get(&house, "/nowhere").await;
    assert_eq!(nowhere.status, 404);
    let page = |answer: &Answer| {
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert!(answer.body.contains(id));
        answer.body.replace(id, "")
    };
    for name in [
        "nobody",
        "Demo",
        "demo%00",
        "%FF",
        "%",
        "demo%20",
        "..%2Fdemo",
        "%2e",
    ] {
        let answer = get(&house, &format!("/jwks/{name}")).await;
        assert_eq!(answer.status, 404, "{name}");
        assert_eq!(page(&answer), page(&nowhere), "{name}");
        assert!(!answer.headers.contains_key("etag"));
    }
    for path in ["/jwks/", "/jwks/demo/", "/jwks/demo/x"] {
        assert_eq!(get(&house, path).await.status, 404, "{path}");
    }
    for client in [CLIENT, OTHER, PUBLIC, "nobody", "Demo"] {
        is_unknown(&house, client);
    }
}

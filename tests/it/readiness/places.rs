//! Whose fetch is whose: by where a client proves who it is.

use dingpass::clock::Clock as _;
use dingpass::domain::readiness::FetchSeen;
use dingpass::protocol::key_adoption::Standing;

use super::{
    BackEnd, OTHER, OTHER_SECRET, PUBLIC, UNPUBLISHED, house, is_unknown, kids, known, standing,
    standing_for,
};
use crate::client_auth::{Signer, claims, client, jwks};
use crate::support::{CLIENT, House, SECRET};

const DAY: u64 = 24 * 60 * 60;

/// One back end, one address, one `User-Agent`: the port is another with each connection.
#[tokio::test]
async fn a_fetch_from_where_a_client_authenticates_is_its_own() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    app.authenticates(&house).await;
    is_unknown(&house, CLIENT);
    app.fetch(&house).await;
    let known = known(&house, CLIENT);
    assert_eq!(known.fetched_at, Some(house.clock.now().as_millis()));
    assert_eq!(known.kids, kids(&house).to_vec());
    assert_eq!(known.seen, Some(FetchSeen::Address));
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    assert_eq!(standing_for(&house, CLIENT, UNPUBLISHED), Standing::Stale);
    is_unknown(&house, OTHER);
}

/// Most libraries fetch the keys at their start and authenticate at the first login.
#[tokio::test]
async fn a_fetch_before_the_first_authentication_is_attributed_afterwards() {
    let house = house().await;
    let app = BackEnd::new("grafana/12");
    app.fetch(&house).await;
    let fetched_at = house.clock.now().as_millis();
    house.clock.advance_seconds(5 * 60 * 60);
    is_unknown(&house, CLIENT);
    app.authenticates(&house).await;
    assert_eq!(known(&house, CLIENT).fetched_at, Some(fetched_at));
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
}

/// Two applications with the same library on two hosts, or two on one host, or both behind
/// one proxy: each is known as itself.
#[tokio::test]
async fn another_address_or_agent_or_way_is_somebody_else() {
    let app = BackEnd::new("python-requests/2.32");
    let others = [
        BackEnd::new("python-requests/2.33"),
        app.clone().at("127.0.0.2"),
        app.clone().with("x-forwarded-for", "10.0.0.7"),
        app.clone().with("forwarded", "for=10.0.0.7"),
        app.clone().with("user-agent", "python-requests/2.32"),
    ];
    for other in others {
        let house = house().await;
        app.authenticates(&house).await;
        other.authenticates_as_other(&house).await;
        other.fetch(&house).await;
        is_unknown(&house, CLIENT);
        assert_eq!(standing(&house, OTHER), Standing::Ready);
        app.fetch(&house).await;
        assert_eq!(standing(&house, CLIENT), Standing::Ready);
    }
}

/// What stands in one header does not pass for what stands in two, or in another one.
#[tokio::test]
async fn the_parts_of_a_place_do_not_run_together() {
    let house = house().await;
    let app = BackEnd::new("a").with("x-forwarded-for", "bc");
    app.authenticates(&house).await;
    for other in [
        BackEnd::new("a").with("forwarded", "bc"),
        BackEnd::new("a").with("x-forwarded-for", "b"),
        BackEnd::new("ca").with("x-forwarded-for", "b"),
        BackEnd::new("a")
            .with("x-forwarded-for", "b")
            .with("x-forwarded-for", "c"),
    ] {
        other.fetch(&house).await;
        is_unknown(&house, CLIENT);
    }
}

/// Whoever knows a client's name can fail to be it.
#[tokio::test]
async fn a_failed_authentication_tells_nothing() {
    let house = house().await;
    let app = BackEnd::new("curl/8");
    app.fetch(&house).await;
    let status = app.authenticate(&house, CLIENT, "a-wrong-secret").await;
    assert_eq!(status, 401);
    app.fetch(&house).await;
    is_unknown(&house, CLIENT);
    assert_eq!(known(&house, CLIENT).authenticated_at, None);
}

/// A public client proves nothing: anybody could make it ready, or take a confidential
/// client's place for it.
#[tokio::test]
async fn a_public_client_has_no_place() {
    let house = house().await;
    let app = BackEnd::new("Mozilla/5.0");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "none"),
        ("code_verifier", "v"),
        ("redirect_uri", "https://spa.example/callback"),
    ];
    for path in ["/token", "/revoke"] {
        let status = app.prove(&house, path, PUBLIC, "", &form).await;
        assert_eq!(status, 400, "{path}");
        app.fetch(&house).await;
        is_unknown(&house, PUBLIC);
    }
    // Nor does it take the place away from who proves to be there.
    app.authenticates(&house).await;
    app.prove(&house, "/token", PUBLIC, "", &form).await;
    app.fetch(&house).await;
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    is_unknown(&house, PUBLIC);
}

/// RFC 7662, RFC 7009: a resource server may never be seen at the token endpoint.
#[tokio::test]
async fn every_endpoint_where_clients_prove_who_they_are_counts() {
    for path in ["/introspect", "/revoke"] {
        let house = house().await;
        let app = BackEnd::new("apisix/3");
        app.fetch(&house).await;
        let form = [("token", "none")];
        let status = app.prove(&house, path, CLIENT, SECRET, &form).await;
        assert_eq!(status, 200);
        assert_eq!(standing(&house, CLIENT), Standing::Ready, "{path}");
    }
}

/// OIDC Core section 9: a signed assertion proves as much as a secret.
#[tokio::test]
async fn a_client_that_signs_has_a_place() {
    let signer = Signer::es256("one");
    let house = House::plan()
        .more(&client("signer", &jwks(&[&signer])))
        .start()
        .await;
    let app = BackEnd::new("spring/6");
    app.fetch(&house).await;
    for (assertion, expected) in [
        (Signer::es256("one"), Standing::Unknown),
        (signer, Standing::Ready),
    ] {
        let assertion = assertion.assert(&claims(&house, "signer", 1));
        let request = app
            .request(http::Method::POST, &house.url("/introspect"))
            .form(&[
                ("token", "none"),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ),
                ("client_assertion", &assertion),
            ]);
        request.send().await.unwrap();
        assert_eq!(standing(&house, "signer"), expected);
    }
}

/// Two applications on one host with one library can't be told apart: neither is said to be
/// ready, and what was learned of the first before the second was seen is taken back.
#[tokio::test]
async fn a_place_of_two_clients_is_neithers() {
    let house = house().await;
    let shared = BackEnd::new("Go-http-client/1.1");
    shared.authenticates(&house).await;
    shared.fetch(&house).await;
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    shared.authenticates_as_other(&house).await;
    is_unknown(&house, CLIENT);
    is_unknown(&house, OTHER);
    shared.fetch(&house).await;
    shared.authenticates(&house).await;
    is_unknown(&house, CLIENT);
    is_unknown(&house, OTHER);
    // What came from elsewhere is not in doubt, and each has an address of its own.
    let own = BackEnd::new("Go-http-client/1.1").at("127.0.0.3");
    own.authenticates(&house).await;
    own.fetch(&house).await;
    shared.authenticates_as_other(&house).await;
    shared.authenticates(&house).await;
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    let alias = format!("/jwks/{OTHER}");
    assert_eq!(shared.get(&house, &alias).await.0, 200);
    assert_eq!(standing(&house, OTHER), Standing::Ready);
}

/// A client that moved away, or was given another name, does not keep its place for ever.
#[tokio::test]
async fn a_shared_place_is_one_clients_again_when_the_other_is_gone_for_30_days() {
    let house = house().await;
    let shared = BackEnd::new("Go-http-client/1.1");
    shared.authenticates(&house).await;
    shared.authenticates_as_other(&house).await;
    for (days, expected) in [(30, Standing::Unknown), (1, Standing::Ready)] {
        house.clock.advance_seconds(days * DAY);
        shared.authenticates_as_other(&house).await;
        shared.fetch(&house).await;
        assert_eq!(standing(&house, OTHER), expected);
        is_unknown(&house, CLIENT);
    }
}

/// An address goes to another machine: who has not proved to be there for 30 days is not
/// believed to be.
#[tokio::test]
async fn a_place_is_forgotten_after_30_days_without_an_authentication() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    app.authenticates(&house).await;
    house.clock.advance_seconds(30 * DAY);
    app.fetch(&house).await;
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    let last = known(&house, CLIENT).fetched_at;
    house.clock.advance_seconds(1);
    app.fetch(&house).await;
    assert_eq!(known(&house, CLIENT).fetched_at, last);
    // The fetch waits for its owner, as any other does.
    app.authenticates(&house).await;
    assert_ne!(known(&house, CLIENT).fetched_at, last);
}

/// A wrong time server moves the clock by years and back: the next sign of life sets right
/// what was written meanwhile.
#[tokio::test]
async fn a_clock_that_jumps_does_no_harm() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    let ten_years = 3650 * DAY;
    house.clock.advance_seconds(ten_years);
    app.authenticates(&house).await;
    app.fetch(&house).await;
    house
        .clock
        .go_back_seconds(i64::try_from(ten_years).unwrap());
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    assert_eq!(standing_for(&house, CLIENT, UNPUBLISHED), Standing::Stale);
    app.fetch(&house).await;
    app.authenticate(&house, OTHER, OTHER_SECRET).await;
    is_unknown(&house, CLIENT);
    let elsewhere = app.clone().at("127.0.0.4");
    elsewhere.fetch(&house).await;
    elsewhere.authenticates(&house).await;
    let known = known(&house, CLIENT);
    let now = house.clock.now().as_millis();
    assert_eq!(known.fetched_at, Some(now));
    assert_eq!(known.authenticated_at, Some(now));
}

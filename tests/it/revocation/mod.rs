//! Token revocation (RFC 7009).

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

use openidconnect::core::CoreRevocableToken;
use openidconnect::{AccessToken, RefreshToken};

use crate::refresh::{
    OFFLINE, OTHER, OTHER_SECRET, SESSION_BOUND, refresh, request as refreshing, tokens_in, told,
};
use crate::support::{CLIENT, House, SECRET};
use crate::token::{Redeem, Reply};
use crate::userinfo;

const PUBLIC: &str = r#"
[[clients]]
client_id = "spa"
preset = "spa"
redirect_uris = ["http://127.0.0.1:8080/callback"]
scope = "openid profile"
"#;

fn request(token: &str) -> Redeem {
    Redeem::about(token).basic(CLIENT, SECRET)
}

async fn send(house: &House, request: Redeem) -> Reply {
    request.send_to(house.url("/revoke")).await
}

async fn revoke(house: &House, token: &str) {
    is_done(&send(house, request(token)).await);
}

/// Section 2.2: 200, and the body is of no meaning.
fn is_done(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.body, "");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

async fn tokens(house: &House, scope: &str) -> (String, String) {
    let reply = tokens_in(house, &mut house.browser(), scope).await;
    (reply.token("refresh_token"), reply.token("access_token"))
}

/// Section 2.1: a refresh token ends with all access tokens of its grant, and is told once.
#[tokio::test]
async fn a_revoked_refresh_token_ends_with_its_access_tokens() {
    let house = House::start().await;
    for scope in [OFFLINE, SESSION_BOUND] {
        let before = told(&house, "grant_revoked").await;
        let (token, first) = tokens(&house, scope).await;
        let reply = refresh(&house, &token).await;
        let current = reply.token("refresh_token");
        revoke(&house, &current).await;
        revoke(&house, &current).await;
        refresh(&house, &current).await.invalid_grant();
        refresh(&house, &token).await.invalid_grant();
        for access in [first, reply.token("access_token")] {
            let refused = userinfo::get(&house, &access).await;
            refused.refused(401, "invalid_token");
        }
        assert_eq!(told(&house, "grant_revoked").await, before + 1);
        assert_eq!(told(&house, "refresh_token_reused").await, 0);
    }
}

/// A client that gives back a token that it exchanged before is done with the family.
#[tokio::test]
async fn an_old_token_of_the_family_ends_it_too() {
    let house = House::start().await;
    let (token, _) = tokens(&house, OFFLINE).await;
    let current = refresh(&house, &token).await.token("refresh_token");
    revoke(&house, &token).await;
    refresh(&house, &current).await.invalid_grant();
}

/// An access token ends alone: its siblings and the refresh token go on.
#[tokio::test]
async fn a_revoked_access_token_ends_alone() {
    let house = House::start().await;
    let (token, first) = tokens(&house, OFFLINE).await;
    let second = refresh(&house, &token).await;
    revoke(&house, &first).await;
    revoke(&house, &first).await;
    userinfo::get(&house, &first)
        .await
        .refused(401, "invalid_token");
    let sibling = second.token("access_token");
    userinfo::get(&house, &sibling).await.tokens();
    refresh(&house, &second.token("refresh_token"))
        .await
        .tokens();
    assert_eq!(told(&house, "access_token_revoked").await, 1);
}

/// The tombstone lasts as long as the token would have, through sweeps; then it goes.
#[tokio::test]
async fn a_revoked_access_token_stays_revoked() {
    let house = House::plan()
        .more("[lifetimes]\naccess_token = \"3h\"")
        .start()
        .await;
    let (_, access) = tokens(&house, OFFLINE).await;
    revoke(&house, &access).await;
    house.clock.advance_seconds(3 * 3600 - 1);
    crate::refresh::sweep(&house).await;
    userinfo::get(&house, &access)
        .await
        .refused(401, "invalid_token");
}

/// Section 2.2: a token that is unknown is as revoked as it can be, whatever hint comes along.
#[tokio::test]
async fn an_unknown_token_is_revoked_already() {
    let house = House::start().await;
    let (_, access) = tokens(&house, OFFLINE).await;
    let family = "A".repeat(22);
    let never = format!("{family}.{}", "B".repeat(43));
    for unknown in ["x", "1.x.y", ".", "张三", &never] {
        revoke(&house, unknown).await;
    }
    let hinted = request(&access).with("token_type_hint", "refresh_token");
    is_done(&send(&house, hinted).await);
    userinfo::get(&house, &access)
        .await
        .refused(401, "invalid_token");
    let odd = request("x").with("token_type_hint", "saml");
    is_done(&send(&house, odd).await);
}

/// Section 2.1: somebody else's token is refused, and stays what it was.
#[tokio::test]
async fn another_clients_token_is_refused_and_stays_good() {
    let house = House::plan().more(OTHER).more(PUBLIC).start().await;
    let (token, access) = tokens(&house, OFFLINE).await;
    for foreign in [&token, &access] {
        let attempt = request(foreign).basic("other", OTHER_SECRET);
        let reply = send(&house, attempt).await;
        reply.refused(400, "invalid_request");
        let mut public = request(foreign).and("client_id", "spa");
        public.headers.clear();
        send(&house, public).await.refused(400, "invalid_request");
    }
    userinfo::get(&house, &access).await.tokens();
    refresh(&house, &token).await.tokens();
    assert_eq!(told(&house, "grant_revoked").await, 0);
}

/// Section 2.1: a failed authentication revokes nothing.
#[tokio::test]
async fn who_does_not_authenticate_revokes_nothing() {
    let house = House::start().await;
    let (token, access) = tokens(&house, OFFLINE).await;
    for token in [&token, &access] {
        let wrong = request(token).basic(CLIENT, "wrong");
        let reply = send(&house, wrong).await;
        reply.refused(401, "invalid_client");
        assert!(
            reply
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic ")
        );
        let mut nobody = request(token);
        nobody.headers.clear();
        let reply = send(&house, nobody).await;
        reply.refused(401, "invalid_client");
        assert!(reply.header("www-authenticate").is_none());
    }
    userinfo::get(&house, &access).await.tokens();
    refresh(&house, &token).await.tokens();
}

/// RFC 6749 section 5.2: what can't be read is `invalid_request`.
#[tokio::test]
async fn a_malformed_request_is_refused() {
    let house = House::start().await;
    for malformed in [
        request(""),
        request("x").without("token"),
        request("x").and("token", "y"),
        request("x").and("client_secret", SECRET),
        request("x").and_basic(CLIENT, SECRET),
    ] {
        send(&house, malformed)
            .await
            .refused(400, "invalid_request");
    }
    let get = crate::support::http().get(house.url("/revoke"));
    assert_eq!(get.send().await.unwrap().status(), 405);
}

/// A public client gives its tokens back by its name alone; the tokens prove the rest.
#[tokio::test]
async fn a_public_client_revokes_its_own_tokens() {
    let house = House::plan().more(OTHER).more(PUBLIC).start().await;
    let ask = crate::token::Ask::new()
        .by("spa", crate::support::REDIRECT)
        .with("scope", "openid profile");
    let code = ask.code(&house, &mut house.browser()).await;
    let by_name = |mut request: Redeem| {
        request.headers.clear();
        request.and("client_id", "spa")
    };
    let tokens = by_name(Redeem::of(&code)).send(&house).await;
    let token = tokens.token("refresh_token");
    is_done(&send(&house, by_name(request(&token))).await);
    by_name(refreshing(&token))
        .send(&house)
        .await
        .invalid_grant();
}

/// The independent library gives both kinds back.
#[tokio::test]
async fn the_library_revokes_both_kinds() {
    let house = House::start().await;
    let rp = house.rp().await;
    let signed_in = rp.sign_in(&mut house.browser(), &["offline_access"]).await;
    let access = AccessToken::new(signed_in.access_token.clone());
    rp.revoke(CoreRevocableToken::from(access)).await.unwrap();
    userinfo::get(&house, &signed_in.access_token)
        .await
        .refused(401, "invalid_token");
    let token = signed_in.refresh_token.unwrap();
    let next = rp.refresh(&token).await.unwrap().refresh_token;
    let revocable = RefreshToken::new(next.clone());
    rp.revoke(CoreRevocableToken::from(revocable))
        .await
        .unwrap();
    let error = rp.refresh(&next).await.unwrap_err();
    assert!(error.contains("invalid_grant"), "{error}");
}

//! What a refresh may ask for, and who may ask.

use dingpass::clock::Clock as _;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::Wish;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::rotation::Act;

use super::{OFFLINE, SESSION_BOUND, first, refresh, request};
use crate::support::House;
use crate::token::{Ask, Redeem, Reply, payload};
use crate::userinfo;

/// RFC 6749 section 6: less may be asked for. The access token is good for less, the ID Token
/// tells less, and the next refresh may have the whole again.
#[tokio::test]
async fn a_scope_may_be_narrowed_for_one_refresh() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let narrow = request(&token).with("scope", "openid email");
    let reply = narrow.send(&house).await;
    assert_eq!(reply.tokens()["scope"], "openid email");
    let userinfo = userinfo::get(&house, &reply.token("access_token")).await;
    let claims = userinfo.tokens();
    assert!(claims.contains_key("email") && !claims.contains_key("name"));
    assert!(!payload(&reply.token("id_token")).contains_key("name"));
    let whole = refresh(&house, &reply.token("refresh_token")).await;
    assert_eq!(whole.tokens()["scope"], OFFLINE);
    assert!(payload(&whole.token("id_token")).contains_key("name"));
}

/// OIDC Core section 12.2: without openid there is no ID Token, and userinfo says why.
#[tokio::test]
async fn a_refresh_without_openid_brings_no_id_token() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let reply = request(&token).with("scope", "email").send(&house).await;
    assert!(!reply.tokens().contains_key("id_token"));
    userinfo::get(&house, &reply.token("access_token"))
        .await
        .refused(403, "insufficient_scope");
}

/// OIDC Core section 12.2: no ID Token was signed, so the grant goes on hanging from the key
/// that signed its last one, and a revocation of that key finds it.
#[tokio::test]
async fn a_refresh_without_an_id_token_names_no_new_key() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let old = house.keyring.signer().unwrap().kid().to_owned();
    let rotate = Act::Rotate {
        key_use: KeyUse::Sign(SigningAlg::Rs256),
        now: true,
    };
    let by = KeyActor::Operator { uid: None };
    let custody = house.custody.clone();
    let now = house.clock.now();
    custody.act(&Wish::Act(rotate), by, None, now).unwrap();
    assert_ne!(house.keyring.signer().unwrap().kid(), old);
    let grants = async || {
        let count = house.store.count_signed_by(&old, now).await.unwrap();
        count.grants
    };
    let reply = request(&token).with("scope", "email").send(&house).await;
    assert_eq!(grants().await, 1);
    refresh(&house, &reply.token("refresh_token")).await;
    assert_eq!(grants().await, 0);
}

/// RFC 6749 section 6: never more than was granted, known or not. Such a request spends
/// nothing.
#[tokio::test]
async fn a_scope_is_never_widened_and_the_token_stays_good() {
    let house = House::start().await;
    let token = first(&house, SESSION_BOUND).await;
    for wider in [
        "openid profile email phone",
        "openid offline_access",
        "openid profile admin",
        "phone",
        "张三",
        "OPENID",
        "  ",
    ] {
        let reply = request(&token).with("scope", wider).send(&house).await;
        assert_eq!(reply.status, 400, "{wider}: {reply:?}");
        reply.refused(400, "invalid_scope");
    }
    let same = request(&token).with("scope", "email profile openid openid");
    assert_eq!(same.send(&house).await.tokens()["scope"], SESSION_BOUND);
}

const PLAIN: &str = r#"
[[clients]]
client_id = "plain"
client_secret = "another-secret-of-32-characters-or-more"
redirect_uris = ["http://127.0.0.1:8080/callback"]
scope = "openid offline_access"
grant_types = ["authorization_code"]
require_pkce = false
"#;

/// RFC 6749 section 5.2: a client without the grant type gets no refresh token, no
/// offline_access, and is told so when it tries.
#[tokio::test]
async fn a_client_without_the_grant_type_gets_no_refresh_tokens() {
    const SECRET: &str = "another-secret-of-32-characters-or-more";
    let house = House::plan().more(PLAIN).start().await;
    let ask = Ask::new()
        .by("plain", crate::support::REDIRECT)
        .with("scope", "openid offline_access");
    let code = ask.code(&house, &mut house.browser()).await;
    let tokens = Redeem::of(&code).basic("plain", SECRET).send(&house).await;
    assert_eq!(tokens.tokens()["scope"], "openid");
    assert!(!tokens.tokens().contains_key("refresh_token"));
    let theirs = first(&house, OFFLINE).await;
    let attempt = request(&theirs).basic("plain", SECRET);
    attempt
        .send(&house)
        .await
        .refused(400, "unauthorized_client");
    refresh(&house, &theirs).await.tokens();
}

const PUBLIC: &str = r#"
[[clients]]
client_id = "spa"
preset = "spa"
redirect_uris = ["http://127.0.0.1:8080/callback"]
scope = "openid profile"
"#;

/// RFC 6749 section 6, RFC 9700 section 4.14.2: a public client names itself, and its tokens
/// rotate like all others.
#[tokio::test]
async fn a_public_client_refreshes_by_its_name_alone() {
    let house = House::plan().more(PUBLIC).start().await;
    let ask = Ask::new()
        .by("spa", crate::support::REDIRECT)
        .with("scope", "openid profile");
    let code = ask.code(&house, &mut house.browser()).await;
    let by_name = |mut request: Redeem| {
        request.headers.clear();
        request.and("client_id", "spa")
    };
    let tokens = by_name(Redeem::of(&code)).send(&house).await;
    let token = tokens.token("refresh_token");
    request(&token).send(&house).await.invalid_grant();
    let next: Reply = by_name(request(&token)).send(&house).await;
    house.clock.advance_seconds(10);
    by_name(request(&token)).send(&house).await.invalid_grant();
    by_name(request(&next.token("refresh_token")))
        .send(&house)
        .await
        .invalid_grant();
}

/// RFC 6749 section 5.1: no cache keeps a refreshed token, and nothing is in there twice.
#[tokio::test]
async fn a_refresh_answers_like_the_first_time() {
    let house = House::start().await;
    let reply = refresh(&house, &first(&house, OFFLINE).await).await;
    let tokens = reply.tokens();
    let names: Vec<&str> = tokens.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(reply.header("pragma"), Some("no-cache"));
}

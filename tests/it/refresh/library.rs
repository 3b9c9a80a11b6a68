//! The independent relying party refreshes for months.

use super::{OTHER_SECRET, plan};
use crate::support::{House, REDIRECT, RelyingParty};

const SCOPES: [&str; 2] = ["profile", "offline_access"];

/// OIDC Core section 12.2, oidcc-refresh-token: the new ID Token has the same iss, sub, aud,
/// auth_time and sid, a new iat, and no nonce (the library is asked to refuse one).
#[tokio::test]
async fn a_refreshed_id_token_keeps_who_and_when() {
    let house = House::start().await;
    let rp = house.rp().await;
    let first = rp.sign_in(&mut house.browser(), &SCOPES).await;
    let mut token = first.refresh_token.clone().unwrap();
    let before = first.payload();
    for _ in 0..3 {
        house.clock.advance_seconds(24 * 3600);
        let refreshed = rp.refresh(&token).await.unwrap();
        let claims = serde_json::to_value(&refreshed.claims).unwrap();
        for same in ["iss", "sub", "auth_time"] {
            assert_eq!(claims[same], before[same], "{same}");
        }
        assert_eq!(claims["aud"], serde_json::json!([before["aud"]]));
        assert!(claims["iat"].as_i64() > before["iat"].as_i64());
        token = refreshed.refresh_token;
    }
}

/// A month of use, a refresh every twenty days: the person never comes by again.
#[tokio::test]
async fn an_application_refreshes_for_months() {
    let house = House::start().await;
    let rp = house.rp().await;
    let first = rp.sign_in(&mut house.browser(), &SCOPES).await;
    let mut token = first.refresh_token.unwrap();
    for _ in 0..8 {
        house.clock.advance_seconds(20 * 24 * 3600);
        super::sweep(&house).await;
        let refreshed = rp.refresh(&token).await.unwrap();
        assert_eq!(
            refreshed.claims.subject().as_str(),
            first.claims.subject().as_str()
        );
        let userinfo = crate::userinfo::get(&house, &refreshed.access_token).await;
        userinfo.tokens();
        token = refreshed.refresh_token;
    }
}

/// oidcc-refresh-token: client 1 with client 2's token gets the spec's error, as the library
/// reads it.
#[tokio::test]
async fn another_client_of_the_library_is_told_invalid_grant() {
    let house = plan().start().await;
    let rp = house.rp().await;
    let token = rp
        .sign_in(&mut house.browser(), &SCOPES)
        .await
        .refresh_token
        .unwrap();
    let other = RelyingParty::discover(&house.issuer, "other", Some(OTHER_SECRET), REDIRECT).await;
    let error = other.refresh(&token).await.unwrap_err();
    assert!(error.contains("invalid_grant"), "{error}");
    rp.refresh(&token).await.unwrap();
}

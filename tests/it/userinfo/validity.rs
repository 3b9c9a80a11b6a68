//! How long a token is good, and for whom.

use std::sync::Arc;

use dingpass::store::{Location, open};

use super::{get, tokens};
use crate::support::{House, test_custody};
use crate::token::Ask;

/// RFC 6750 section 3.1: 401 and the error in the challenge.
fn refused(reply: &crate::token::Reply) {
    reply.refused(401, "invalid_token");
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

/// `expires_in` is kept to the second.
#[tokio::test]
async fn a_token_is_good_until_its_time_is_over() {
    let house = House::plan()
        .more("[lifetimes]\naccess_token = \"5m\"")
        .start()
        .await;
    let (token, _) = tokens(&house).await;
    house.clock.advance_seconds(299);
    get(&house, &token).await.tokens();
    house.clock.advance_seconds(1);
    refused(&get(&house, &token).await);
}

/// A sweep must not take a grant whose tokens are still good, nor what lives longer.
#[tokio::test]
async fn a_token_outlives_sweeps() {
    let house = House::plan()
        .more("[lifetimes]\naccess_token = \"3h\"\nid_token = \"1m\"\nsession_idle = \"1m\"\nsession_absolute = \"2m\"")
        .start()
        .await;
    let (token, _) = tokens(&house).await;
    house.clock.advance_seconds(3 * 3600 - 1);
    house
        .store
        .sweep(dingpass::clock::Clock::now(house.clock.as_ref()))
        .await
        .unwrap();
    get(&house, &token).await.tokens();
}

/// A restart changes nothing: keys and store are the same.
#[tokio::test]
async fn a_token_outlives_a_restart() {
    let store = open(&Location::Memory).unwrap();
    let custody = test_custody();
    let plan = || {
        House::plan()
            .store(Arc::clone(&store))
            .custody(Arc::clone(&custody))
    };
    let before = plan().start().await;
    let (token, _) = tokens(&before).await;
    let after = plan().start().await;
    get(&after, &token).await.tokens();
}

/// A token that another broker sealed, or that this one sealed with keys that are gone.
#[tokio::test]
async fn a_token_of_other_sealing_keys_is_refused() {
    let store = open(&Location::Memory).unwrap();
    let before = House::plan().store(Arc::clone(&store)).start().await;
    let (token, _) = tokens(&before).await;
    let after = House::plan().store(store).start().await;
    refused(&get(&after, &token).await);
}

/// The right keys, another store: the grant is not there.
#[tokio::test]
async fn a_token_whose_grant_is_gone_is_refused() {
    let custody = test_custody();
    let before = House::plan().custody(Arc::clone(&custody)).start().await;
    let (token, _) = tokens(&before).await;
    let after = House::plan().custody(custody).start().await;
    refused(&get(&after, &token).await);
}

/// A client that the operator took out of the file gets nothing any more.
#[tokio::test]
async fn a_token_of_a_removed_client_is_refused() {
    let store = open(&Location::Memory).unwrap();
    let custody = test_custody();
    let plan = || {
        House::plan()
            .store(Arc::clone(&store))
            .custody(Arc::clone(&custody))
    };
    let other = "[[clients]]\nclient_id = \"other\"\nclient_secret = \"another-secret-of-32-characters-or-more\"\nredirect_uris = [\"http://127.0.0.1:8080/callback\"]";
    let before = plan().more(other).start().await;
    let ask = Ask::new().by("other", crate::support::REDIRECT);
    let code = ask.code(&before, &mut before.browser()).await;
    let token = crate::token::Redeem::of(&code)
        .basic("other", "another-secret-of-32-characters-or-more")
        .send(&before)
        .await
        .token("access_token");
    get(&before, &token).await.tokens();
    let after = plan().start().await;
    refused(&get(&after, &token).await);
}

/// An ID Token is no access token, and neither is anything else that a client gets.
#[tokio::test]
async fn other_things_that_look_like_tokens_are_refused() {
    let house = House::start().await;
    let (_, id_token) = tokens(&house).await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    for wrong in [
        id_token.as_str(),
        &code,
        "x",
        "1.x.y",
        "..",
        "1..",
        "null",
        "%00",
    ] {
        refused(&get(&house, wrong).await);
    }
}

/// No call at DingTalk stands in the way of the token endpoint or of userinfo: relying
/// parties give up after 3.5 seconds.
#[tokio::test]
async fn userinfo_does_not_call_dingtalk() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    let calls = house.sim.calls().await.to_string().len();
    get(&house, &token).await.tokens();
    assert_eq!(house.sim.calls().await.to_string().len(), calls);
}

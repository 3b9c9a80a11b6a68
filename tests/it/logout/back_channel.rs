//! OIDC Back-Channel Logout 1.0: who is told, of what, and with which token.

use dingpass::domain::event::{DeliveryOutcome, EventKind};
use http::Method;
use serde_json::json;

use super::receiver::{
    ALLOWED, Receiver, attempts, attempts_so_far, client, log_out, sign_in_with, telling, verified,
};
use super::wire::{AFTER, confirm, is_signed_in, plan, url};
use crate::support::{CLIENT, House, until};

/// Section 2.4 to 2.6 (oidcc-backchannel-rp-initiated-logout): the token, claim by claim.
#[tokio::test]
async fn the_logout_token_is_by_the_letter() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    let token = receiver.tokens(1).await.remove(0);
    let claims = verified(&house, CLIENT, &token).await;
    let id_token = signed_in.payload();
    assert_eq!(claims["sub"], id_token["sub"]);
    assert_eq!(claims["sid"], id_token["sid"]);
    assert_eq!(claims["aud"], CLIENT);
    assert_eq!(
        claims["events"],
        json!({"http://schemas.openid.net/event/backchannel-logout": {}})
    );
    let iat = claims["iat"].as_i64().unwrap();
    assert_eq!(iat, dingpass::clock::Clock::now(&*house.clock).as_seconds());
    assert_eq!(claims["exp"].as_i64().unwrap(), iat + 120);
    assert!(claims["jti"].as_str().unwrap().len() >= 16);
    let mut names: Vec<&str> = claims.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"],
        "no nonce, and nothing else"
    );
    let told = attempts_so_far(&house, CLIENT, 1).await;
    let expected = (1, DeliveryOutcome::Delivered, "http 200".to_owned());
    assert_eq!(told, [expected]);
    assert!(!is_signed_in(&house, &mut browser).await);
}

/// Section 2.5: each client with which the person signed in in this session, and no other.
#[tokio::test]
async fn every_client_that_took_part_is_told_and_no_other() {
    let (demo, wiki, mail) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    let more = format!(
        "{}\n{}",
        client("wiki", &wiki.url),
        client("mail", &mail.url)
    );
    let house = telling(&demo, &more).await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    sign_in_with(&house, "wiki", &mut browser).await;
    // In another session: that one goes on.
    let mut elsewhere = house.browser();
    sign_in_with(&house, "mail", &mut elsewhere).await;
    log_out(&house, &mut browser, &signed_in).await;
    let sid = &signed_in.payload()["sid"];
    for (receiver, id) in [(&demo, CLIENT), (&wiki, "wiki")] {
        let token = receiver.tokens(1).await.remove(0);
        assert_eq!(verified(&house, id, &token).await["sid"], *sid);
    }
    assert_eq!(mail.count(), 0);
    assert!(is_signed_in(&house, &mut elsewhere).await);
}

/// Section 2.7: it does not depend on the state of the tokens; long after they are gone the
/// client is told.
#[tokio::test]
async fn a_client_whose_tokens_have_expired_is_told() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    house.clock.advance_seconds(6 * 3_600);
    log_out(&house, &mut browser, &signed_in).await;
    receiver.tokens(1).await;
}

/// A logout by the confirm page tells as one by a hint does, and leads back.
#[tokio::test]
async fn a_logout_that_the_person_confirmed_tells_too() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let mut browser = house.browser();
    house.rp().await.sign_in(&mut browser, &[]).await;
    let named = [("client_id", CLIENT), ("post_logout_redirect_uri", AFTER)];
    let page = browser.get(&url(&house, &named)).await;
    assert_eq!(receiver.count(), 0);
    let page = confirm(&house, &mut browser, &page).await;
    assert_eq!(page.location(), Some(AFTER));
    receiver.tokens(1).await;
}

/// A leaver: the directory says no, and every application with a session of that person is
/// told.
#[tokio::test]
async fn the_applications_of_a_leaver_are_told_of_each_session() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let rp = house.rp().await;
    let (mut one, mut two) = (house.browser(), house.browser());
    let first = rp.sign_in(&mut one, &[]).await;
    let second = rp.sign_in(&mut two, &[]).await;
    house.clock.advance_seconds(1);
    house
        .sim
        .control(Method::PATCH, "people/zhangsan", json!({"left": true}))
        .await;
    let request = rp.request(&[], &[("prompt", "login")]);
    let page = one.follow(&request.url, crate::support::REDIRECT).await;
    assert_eq!(page.status, 403);
    let mut told = Vec::new();
    for token in receiver.tokens(2).await {
        let claims = verified(&house, CLIENT, &token).await;
        assert_eq!(claims["sub"], first.payload()["sub"]);
        told.push(claims["sid"].clone());
    }
    for signed_in in [&first, &second] {
        assert!(told.contains(&signed_in.payload()["sid"]));
    }
}

/// Another person takes the browser over: the applications of the first are told.
#[tokio::test]
async fn the_applications_of_a_session_that_was_replaced_are_told() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let first = rp.sign_in(&mut browser, &[]).await;
    house.sim.sign_in_as("lisi").await;
    rp.sign_in_with(&mut browser, &[], &[("prompt", "login")])
        .await;
    let token = receiver.tokens(1).await.remove(0);
    let claims = verified(&house, CLIENT, &token).await;
    assert_eq!(claims["sid"], first.payload()["sid"]);
}

/// A client without an address is neither told nor written down.
#[tokio::test]
async fn a_client_that_does_not_ask_leaves_no_trace() {
    let house = plan().more(ALLOWED).delivering().start().await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    let id = dingpass::domain::id::ClientId::new(CLIENT);
    assert!(house.store.deliveries_of(&id, 9).await.unwrap().is_empty());
    assert!(attempts(&house, CLIENT).await.is_empty());
}

/// A client that left the configuration while it was waited for is dropped without a word.
#[tokio::test]
async fn a_client_that_is_gone_is_given_up_quietly() {
    let store = dingpass::store::open(&dingpass::store::Location::Memory).unwrap();
    let receiver = Receiver::start().await;
    // It is written down, and nobody delivers.
    let before = super::wire::plan()
        .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
        .store(std::sync::Arc::clone(&store))
        .start()
        .await;
    let mut browser = before.browser();
    let signed_in = before.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&before, &mut browser, &signed_in).await;
    let id = dingpass::domain::id::ClientId::new(CLIENT);
    assert_eq!(store.deliveries_of(&id, 9).await.unwrap().len(), 1);
    let after = House::plan()
        .store(std::sync::Arc::clone(&store))
        .delivering()
        .start()
        .await;
    until(async || {
        let left = store.deliveries_of(&id, 9).await.unwrap();
        left.is_empty().then_some(())
    })
    .await;
    assert!(attempts(&after, CLIENT).await.is_empty());
    assert_eq!(receiver.count(), 0);
}

/// The end is told in the audit log, with the client that asked.
#[tokio::test]
async fn a_logout_is_in_the_audit_log() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    attempts_so_far(&house, CLIENT, 1).await;
    let events = house.store.latest_events(2).await.unwrap();
    let EventKind::SessionEnded { client, sid, .. } = &events[1].kind else {
        panic!("{events:?}");
    };
    assert_eq!(client.as_ref().unwrap().as_str(), CLIENT);
    assert_eq!(sid.as_str(), signed_in.payload()["sid"]);
    assert_eq!(events[0].correlation, events[1].correlation);
}

//! One token, one successor: rotation, the grace, and what a token that comes back means.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::{OFFLINE, OTHER_SECRET, SESSION_BOUND, first, plan, refresh, request, told};
use crate::support::{CLIENT, House};
use crate::userinfo;

/// RFC 6749 section 6, RFC 9700 section 4.14.2: each refresh brings new tokens, all of them
/// good, and the new refresh token is the one to use.
#[tokio::test]
async fn each_refresh_brings_new_tokens() {
    let house = House::start().await;
    for scope in [OFFLINE, SESSION_BOUND] {
        let mut token = first(&house, scope).await;
        let mut seen = BTreeSet::from([token.clone()]);
        for _ in 0..5 {
            let reply = refresh(&house, &token).await;
            let tokens = reply.tokens();
            assert_eq!(tokens["scope"], scope);
            assert_eq!(tokens["token_type"], "Bearer");
            assert!(tokens["expires_in"].is_u64());
            userinfo::get(&house, &reply.token("access_token"))
                .await
                .tokens();
            token = reply.token("refresh_token");
            assert!(seen.insert(token.clone()), "a token comes twice");
            house.clock.advance_seconds(60);
        }
    }
}

/// Within the grace, as long as the successor is unused, the predecessor gets the same one:
/// an answer got lost, or two tabs refreshed at once. The other tokens are made anew.
#[tokio::test]
async fn the_predecessor_gets_the_same_successor_within_the_grace() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let once = refresh(&house, &token).await;
    house.clock.advance_seconds(9);
    let again = refresh(&house, &token).await;
    assert_eq!(once.token("refresh_token"), again.token("refresh_token"));
    assert_ne!(once.token("access_token"), again.token("access_token"));
    assert_ne!(once.token("id_token"), again.token("id_token"));
    for reply in [&once, &again] {
        userinfo::get(&house, &reply.token("access_token"))
            .await
            .tokens();
    }
    refresh(&house, &once.token("refresh_token")).await.tokens();
}

/// RFC 9700 section 4.14.2: after the grace somebody has a copy. Family, grant and access
/// tokens are gone, and the log says so once.
#[tokio::test]
async fn a_token_that_comes_back_after_the_grace_ends_its_family() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let reply = refresh(&house, &token).await;
    house.clock.advance_seconds(10);
    for _ in 0..3 {
        refresh(&house, &token).await.invalid_grant();
    }
    refresh(&house, &reply.token("refresh_token"))
        .await
        .invalid_grant();
    userinfo::get(&house, &reply.token("access_token"))
        .await
        .refused(401, "invalid_token");
    assert_eq!(told(&house, "refresh_token_reused").await, 1);
}

/// RFC 9700 section 4.14.2: whatever else is wrong with the request.
#[tokio::test]
async fn a_spent_token_ends_its_family_beside_a_scope_that_is_refused_too() {
    let house = House::start().await;
    let token = first(&house, SESSION_BOUND).await;
    let next = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(10);
    let wider = request(&token).with("scope", "openid groups");
    wider.send(&house).await.invalid_grant();
    refresh(&house, &next).await.invalid_grant();
    assert_eq!(told(&house, "refresh_token_reused").await, 1);
}

/// Once the successor was used the predecessor is one too old, grace or not.
#[tokio::test]
async fn a_predecessor_whose_successor_was_used_ends_its_family() {
    let house = House::start().await;
    let oldest = first(&house, OFFLINE).await;
    let middle = refresh(&house, &oldest).await.token("refresh_token");
    let newest = refresh(&house, &middle).await.token("refresh_token");
    refresh(&house, &oldest).await.invalid_grant();
    refresh(&house, &newest).await.invalid_grant();
    assert_eq!(told(&house, "refresh_token_reused").await, 1);
}

/// One family's end is no other's: another device of the same person goes on.
#[tokio::test]
async fn the_end_of_one_family_leaves_others_alone() {
    let house = House::start().await;
    let (one, two) = (first(&house, OFFLINE).await, first(&house, OFFLINE).await);
    refresh(&house, &one).await.tokens();
    house.clock.advance_seconds(60);
    refresh(&house, &one).await.invalid_grant();
    refresh(&house, &two).await.tokens();
}

/// CVE-2026-1035: the check and the replacement are one act. Twenty tabs at once get one
/// successor, which is good, and no second one lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_refreshes_at_once_leave_exactly_one_living_successor() {
    let house = House::start().await;
    for scope in [OFFLINE, SESSION_BOUND] {
        let token = first(&house, scope).await;
        let mut under_way = JoinSet::new();
        for _ in 0..20 {
            under_way.spawn(request(&token).send_to(house.url("/token")));
        }
        let replies = under_way.join_all().await;
        let successors: BTreeSet<String> = replies
            .iter()
            .map(|reply| reply.token("refresh_token"))
            .collect();
        assert_eq!(successors.len(), 1, "{successors:?}");
        for reply in &replies {
            userinfo::get(&house, &reply.token("access_token"))
                .await
                .tokens();
        }
        for successor in successors {
            refresh(&house, &successor).await.tokens();
        }
    }
}

/// RFC 6749 section 10.4, oidcc-refresh-token: a token is bound to its client, and another
/// one's try harms nothing.
#[tokio::test]
async fn another_clients_refresh_token_is_refused_and_stays_good() {
    let house = plan().start().await;
    let token = first(&house, OFFLINE).await;
    for _ in 0..3 {
        let foreign = request(&token).basic("other", OTHER_SECRET);
        foreign.send(&house).await.invalid_grant();
    }
    let successor = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(60);
    // Not even one that was exchanged revokes anything in the wrong hands.
    let foreign = request(&token).basic("other", OTHER_SECRET);
    foreign.send(&house).await.invalid_grant();
    refresh(&house, &successor).await.tokens();
}

/// A failed authentication touches nothing: some clients try again the other way.
#[tokio::test]
async fn a_failed_client_authentication_never_spends_a_refresh_token() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    for wrong in [
        request(&token).basic(CLIENT, "a-secret-of-at-least-32-characters!?"),
        request(&token).basic(CLIENT, ""),
        request(&token).basic("nobody", "x"),
    ] {
        wrong.send(&house).await.refused(401, "invalid_client");
    }
    let two = request(&token).and("client_secret", "x");
    two.send(&house).await.refused(400, "invalid_request");
    refresh(&house, &token).await.tokens();
}

/// What was cut or garbled on its way is refused, and is no sign of theft.
#[tokio::test]
async fn what_is_no_refresh_token_is_refused_and_harms_nothing() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let (family, _) = token.split_once('.').unwrap();
    let cut = &token[..token.len() - 1];
    let longer = format!("{token}x");
    let bare = format!("{family}.");
    let other_family = format!("{}{}", "A".repeat(22), &token[22..]);
    for wrong in [cut, &longer, &bare, family, &other_family, ".", "x", "张三"] {
        refresh(&house, wrong).await.invalid_grant();
    }
    let empty = request("");
    empty.send(&house).await.refused(400, "invalid_request");
    refresh(&house, &token).await.tokens();
}

/// RFC 9700 section 4.14.2: a clock that goes back by an hour makes no grace of an hour.
#[tokio::test]
async fn a_clock_that_goes_back_does_not_make_the_grace_longer() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let successor = refresh(&house, &token).await.token("refresh_token");
    house.clock.go_back_seconds(3600);
    refresh(&house, &token).await.invalid_grant();
    refresh(&house, &successor).await.invalid_grant();
}

/// A clock that is set right by less than the grace takes nothing from who asks again.
#[tokio::test]
async fn a_small_correction_of_the_clock_costs_no_family() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    let successor = refresh(&house, &token).await.token("refresh_token");
    house.clock.go_back_seconds(5);
    let again = refresh(&house, &token).await.token("refresh_token");
    assert_eq!(again, successor);
}

//! A disk that fills up, and has room again.

use http::StatusCode;
use openidconnect::TokenIntrospectionResponse as _;

use super::place::{Place, simulator};
use super::process::Process;
use crate::support::{Browser, CLIENT, REDIRECT, SECRET, http};

/// A broker whose disk can be filled, beside its DingTalk.
pub(super) fn serving() -> (Process, Place, Process) {
    let (sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let mut broker = Process::start_with_a_disk_to_fill(&["serve", "--config", &place.file()]);
    broker.wait_for("dingpass is serving");
    (sim, place, broker)
}

async fn status(place: &Place, path: &str) -> StatusCode {
    http().get(place.url(path)).send().await.unwrap().status()
}

/// CONTRIBUTING.md, Decisions (`/readyz` depends on the store) and the operator's sleep: what a full disk
/// stopped goes on by itself when there is room again, and nothing that was answered is lost.
#[tokio::test]
async fn a_full_disk_refuses_sign_ins_until_there_is_room_again_without_a_restart() {
    let (_sim, place, mut broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &[]).await;

    broker.limit_files("1");
    let mut browser = Browser::new();
    let request = rp.request(&[], &[]);
    let page = browser.follow(&request.url, REDIRECT).await;
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        page.body
    );
    assert!(page.href("retry").is_some(), "{}", page.body);
    assert_eq!(
        status(&place, "/readyz").await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(status(&place, "/healthz").await, StatusCode::OK);

    broker.limit_files("unlimited");
    let again = page.href("retry").unwrap();
    let page = browser.follow(&place.url(&again), REDIRECT).await;
    assert!(
        page.location().is_some_and(|to| to.contains("code=")),
        "{}",
        page.body
    );
    assert_eq!(status(&place, "/readyz").await, StatusCode::OK);
    let after = rp.sign_in(&mut browser, &[]).await;
    assert_eq!(after.sub(), before.sub());
    broker.signal("TERM");
    assert!(broker.wait().success());
}

/// The disk is full, and what was written before is read all the same: only who signs in anew
/// is refused.
#[tokio::test]
async fn while_the_disk_is_full_tokens_that_were_given_out_go_on_working() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &[]).await;
    let size = std::fs::metadata(place.path("data/dingpass.redb"))
        .unwrap()
        .len();
    broker.limit_files(&size.to_string());
    let mut refused = false;
    for _ in 0..2000 {
        let request = rp.request(&[], &[]);
        let page = Browser::new().follow(&request.url, REDIRECT).await;
        if page.status == StatusCode::SERVICE_UNAVAILABLE {
            refused = true;
            break;
        }
    }
    assert!(refused, "the disk was never full");
    for _ in 0..3 {
        let userinfo = http()
            .get(place.url("/userinfo"))
            .bearer_auth(&before.access_token)
            .send()
            .await
            .unwrap();
        assert_eq!(userinfo.status(), StatusCode::OK);
    }
}

/// CVE-2020-15223: what could not be written is never answered as done, and nothing of it is
/// kept: the refresh token stays good, and the token that was to be revoked too.
#[tokio::test]
async fn while_the_disk_is_full_no_refresh_token_is_spent_or_revoked() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &["offline_access"]).await;
    let token = before.refresh_token.unwrap();
    broker.limit_files("1");
    let error = rp.refresh(&token).await.unwrap_err();
    assert!(error.contains("server_error"), "{error}");
    for token in [&token, &before.access_token] {
        let request = http()
            .post(place.url("/revoke"))
            .basic_auth(CLIENT, Some(SECRET))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("token={token}"));
        let reply = request.send().await.unwrap();
        // RFC 7009 section 2.2.1.
        assert_eq!(reply.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.headers().contains_key("retry-after"));
    }
    broker.limit_files("unlimited");
    // The next write opens the database anew: a probe's, or the sweep's within a minute.
    assert_eq!(status(&place, "/readyz").await, StatusCode::OK);
    let refreshed = rp.refresh(&token).await.unwrap();
    assert!(rp.introspect(&refreshed.access_token).await.active());
    assert!(rp.introspect(&before.access_token).await.active());
}

/// A mount that is lost takes the database with it: in its place no new one may be made, in
/// which everybody would be a new person.
#[tokio::test]
async fn a_database_that_is_gone_for_a_while_is_not_replaced_by_a_new_one() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &[]).await;

    broker.limit_files("1");
    std::fs::rename(place.path("data"), place.path("away")).unwrap();
    let request = rp.request(&[], &[]);
    let page = Browser::new().follow(&request.url, REDIRECT).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    broker.limit_files("unlimited");
    assert_eq!(
        status(&place, "/readyz").await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(!place.path("data").exists(), "something was made anew");

    std::fs::rename(place.path("away"), place.path("data")).unwrap();
    assert_eq!(status(&place, "/readyz").await, StatusCode::OK);
    let after = rp.sign_in(&mut Browser::new(), &[]).await;
    assert_eq!(after.sub(), before.sub());
}

/// CONTRIBUTING.md, Decisions (`/readyz` depends on the store) and the operator's sleep: what only reads, or
/// reads first, goes on at once too when there is room again. No write need come before.
#[tokio::test]
async fn the_first_reader_finds_the_database_open_again_when_there_is_room_again() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &["offline_access"]).await;
    let token = before.refresh_token.clone().unwrap();
    let userinfo = async || {
        let request = http().get(place.url("/userinfo"));
        let reply = request.bearer_auth(&before.access_token).send().await;
        reply.unwrap().status()
    };
    for first in ["userinfo", "introspect", "refresh"] {
        broker.limit_files("1");
        rp.refresh(&token).await.unwrap_err();
        assert!(userinfo().await.is_server_error());
        broker.limit_files("unlimited");
        match first {
            "userinfo" => assert_eq!(userinfo().await, StatusCode::OK),
            "introspect" => assert!(rp.introspect(&before.access_token).await.active()),
            _ => drop(rp.refresh(&token).await.unwrap()),
        }
    }
}

/// Many readers of a closed database: one of them has it opened, nobody hangs, and all of
/// them are served.
#[tokio::test]
async fn a_crowd_of_readers_finds_the_database_open_again() {
    let (_sim, place, broker) = serving();
    let rp = place.rp().await;
    let before = rp.sign_in(&mut Browser::new(), &["offline_access"]).await;
    broker.limit_files("1");
    rp.refresh(&before.refresh_token.unwrap())
        .await
        .unwrap_err();
    let crowd = async || {
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let request = http().get(place.url("/userinfo"));
            crowd.spawn(request.bearer_auth(&before.access_token).send());
        }
        let replies = crowd.join_all().await.into_iter();
        replies
            .map(|reply| reply.unwrap().status())
            .collect::<Vec<_>>()
    };
    assert!(crowd().await.iter().all(StatusCode::is_server_error));
    broker.limit_files("unlimited");
    assert_eq!(crowd().await, [StatusCode::OK; 50]);
}

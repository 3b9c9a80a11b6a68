//! `record_sign_in` and `find_session`.

use dingpass::domain::event::EventKind;
use dingpass::domain::id::{GrantId, Sid};
use dingpass::domain::secret::Digest;

use super::acts::{at, granted, issue, opens, redeem, sign_in, signed_in, told};
use super::on_each_backend;

/// OIDC Core section 2: the first sign-in mints the subject, all others keep it.
#[tokio::test]
async fn a_person_is_one_subject_however_often_they_come() {
    on_each_backend(async |store| {
        let (first_session, first) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        assert_eq!(first.created_at, at(0).as_millis());
        assert_eq!(first.id.as_str(), "subject-of-c1");
        let (second_session, second) = signed_in(&*store, sign_in("zhang", "c2", 100)).await;
        assert_eq!(second.id, first.id);
        assert_eq!(second.created_at, at(0).as_millis());
        assert_eq!(second.last_sign_in, at(100).as_millis());
        assert_ne!(first_session.sid, second_session.sid, "another browser");
        let (_, other) = signed_in(&*store, sign_in("li", "c3", 100)).await;
        assert_ne!(other.id, first.id);
        assert_eq!(told(&*store).await, ["first", "again", "first"]);
    })
    .await;
}

/// `updated_at` follows changes, not visits.
#[tokio::test]
async fn a_profile_is_brought_up_to_date_and_remembers_when_it_changed() {
    on_each_backend(async |store| {
        let (_, before) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let (_, same) = signed_in(&*store, sign_in("zhang", "c2", 50)).await;
        assert_eq!(same.profile_changed_at, before.profile_changed_at);
        let mut renamed = sign_in("zhang", "c3", 100);
        renamed.identity.profile.name = Some("张三丰".to_owned());
        signed_in(&*store, renamed).await;
        let (_, after) = store
            .find_session(&Digest::of("c1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(after.profile.name.as_deref(), Some("张三丰"));
        assert_eq!(after.profile_changed_at, at(100).as_millis());
    })
    .await;
}

/// The link is kind, owner and unionId together: the same unionId elsewhere is somebody else.
#[tokio::test]
async fn each_part_of_a_link_tells_people_apart() {
    on_each_backend(async |store| {
        let (_, subject) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut elsewhere = sign_in("zhang", "c2", 0);
        elsewhere.identity.link.owner = "another-corp".to_owned();
        elsewhere.identity.profile.corp = "another-corp".to_owned();
        let mut by_another_kind = sign_in("zhang", "c3", 0);
        by_another_kind.identity.link.kind = "another".to_owned();
        by_another_kind.identity.profile.corp = "a-third-corp".to_owned();
        for other in [elsewhere, by_another_kind] {
            assert_ne!(signed_in(&*store, other).await.1.id, subject.id);
        }
        // The name of the upstream in the file is no part of it.
        let mut renamed = sign_in("zhang", "c4", 0);
        renamed.upstream = dingpass::domain::id::UpstreamId::new("renamed");
        assert_eq!(signed_in(&*store, renamed).await.1.id, subject.id);
    })
    .await;
}

/// CONTRIBUTING.md, Decisions: a known userid with a new unionId is a new subject, told, and never re-linked.
#[tokio::test]
async fn a_userid_that_changed_hands_makes_a_new_subject_and_an_event() {
    on_each_backend(async |store| {
        let (_, before) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut reused = sign_in("new-unionid", "c2", 1);
        reused.identity.profile.userid = "zhang-userid".to_owned();
        let (_, after) = signed_in(&*store, reused.clone()).await;
        assert_ne!(after.id, before.id);
        assert_eq!(told(&*store).await, ["first", "changed hands", "first"]);
        let events = store.latest_events(2).await.unwrap();
        let expected = EventKind::UseridChangedHands {
            corp: "dingcorp".to_owned(),
            userid: "zhang-userid".to_owned(),
            from: before.id.clone(),
            to: after.id.clone(),
        };
        assert_eq!(events[1].kind, expected);
        // It is told when it happens and not at each visit after that.
        reused.cookie = Digest::of("c3");
        reused.previous_cookie = None;
        let (_, again) = signed_in(&*store, reused).await;
        assert_eq!(again.id, after.id);
        assert_eq!(told(&*store).await.len(), 4);
        // Who had it before is still who they are, under whatever userid.
        let mut old = sign_in("zhang", "c4", 2);
        old.identity.profile.userid = "zhang-2".to_owned();
        assert_eq!(signed_in(&*store, old).await.1.id, before.id);
    })
    .await;
}

/// A sign-in in the same browser goes on with the session under a new cookie (no fixation):
/// the old cookie opens nothing.
#[tokio::test]
async fn the_same_person_goes_on_with_the_session_under_a_new_cookie() {
    on_each_backend(async |store| {
        let (before, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut again = sign_in("zhang", "c2", 100);
        again.previous_cookie = Some(Digest::of("c1"));
        again.resume = Some(Sid::new("sid-of-c1"));
        let (after, _) = signed_in(&*store, again).await;
        assert_eq!(after.sid, before.sid);
        assert_eq!(after.auth_time, at(100).as_millis());
        assert!(!opens(&*store, "c1").await);
        assert!(opens(&*store, "c2").await);
        assert_eq!(told(&*store).await, ["first", "again"]);
    })
    .await;
}

/// Another person ends the session that was there; a tombstone stays.
#[tokio::test]
async fn another_person_ends_the_session_of_the_browser() {
    on_each_backend(async |store| {
        let (before, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let _ = store.issue_code(issue(&before, "one", 1)).await.unwrap();
        let _ = redeem(&*store, &before, "one", granted(&before, "g1", 1), 1).await;
        let mut other = sign_in("li", "c2", 100);
        other.previous_cookie = Some(Digest::of("c1"));
        let (after, _) = signed_in(&*store, other).await;
        assert_ne!(after.sid, before.sid);
        assert!(!opens(&*store, "c1").await);
        let found = store
            .find_grant(&GrantId::new("g1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.session.unwrap().ended_at, Some(at(100).as_millis()));
        assert_eq!(
            found.grant.revoked_at, None,
            "the session's end says it all"
        );
        assert_eq!(
            told(&*store).await,
            ["first", "redeemed", "replaced", "first"]
        );
    })
    .await;
}

/// A session that was ended is never gone on with.
#[tokio::test]
async fn an_ended_session_does_not_come_back() {
    on_each_backend(async |store| {
        let (zhangs, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut li = sign_in("li", "c2", 1);
        li.previous_cookie = Some(Digest::of("c1"));
        signed_in(&*store, li).await;
        let mut zhang = sign_in("zhang", "c3", 2);
        zhang.previous_cookie = Some(Digest::of("c1"));
        let (session, _) = signed_in(&*store, zhang).await;
        assert_ne!(session.sid, zhangs.sid);
        assert_eq!(session.ended_at, None);
    })
    .await;
}

/// A cookie that was never given out, or the session of which is gone, is no obstacle.
#[tokio::test]
async fn an_unknown_previous_cookie_is_passed_over() {
    on_each_backend(async |store| {
        let mut act = sign_in("zhang", "c1", 0);
        act.previous_cookie = Some(Digest::of("never-given-out"));
        let (session, subject) = signed_in(&*store, act).await;
        let (found, person) = store
            .find_session(&Digest::of("c1"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.sid, person.id), (session.sid, subject.id));
        assert!(!opens(&*store, "c2").await);
    })
    .await;
}

/// Newest first, and no more than asked for; events of one moment keep their order.
#[tokio::test]
async fn the_latest_events_come_newest_first() {
    on_each_backend(async |store| {
        for (index, person) in ["a", "b", "c", "d"].iter().enumerate() {
            let act = sign_in(person, &format!("c{index}"), 0);
            signed_in(&*store, act).await;
        }
        let events = store.latest_events(3).await.unwrap();
        let told: Vec<&str> = events
            .iter()
            .map(|event| event.correlation.as_str())
            .collect();
        assert_eq!(told, ["request-of-c3", "request-of-c2", "request-of-c1"]);
    })
    .await;
}

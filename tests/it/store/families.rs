//! `rotate_refresh_token`, `revoke_family` and `families_of`: each outcome, what it leaves
//! behind, and that the tables don't grow.

use std::time::Duration;

use dingpass::domain::event::EventKind;
use dingpass::domain::family::RefreshFamily;
use dingpass::domain::grant::Bond;
use dingpass::domain::id::{ClientId, FamilyId, GrantId};
use dingpass::domain::lifetimes::Lifetimes;
use dingpass::domain::secret::Digest;
use dingpass::domain::session::Session;
use dingpass::store::{
    MOST_FAMILIES_PER_OWNER, Redeemed, Redemption, Revoked, Rotated, Rotation, Store,
};

use super::acts::{GRANT, at, client, event, granted, issue, redeem, sign_in, signed_in, told};
use super::on_each_backend;

/// The limits here, in seconds.
pub(super) const IDLE: u64 = 1_000;
const ABSOLUTE: u64 = 2_500;
const GRACE: u64 = 10;

pub(super) fn lifetimes() -> Lifetimes {
    Lifetimes {
        refresh_idle: Duration::from_secs(IDLE),
        refresh_absolute: Duration::from_secs(ABSOLUTE),
        refresh_grace: Duration::from_secs(GRACE),
        ..Lifetimes::default()
    }
}

/// Redeems a code into a grant with a family of that name, whose token is `<name>-0`.
pub(super) async fn begin(
    store: &dyn Store,
    session: &Session,
    name: &str,
    bond: Bond,
    seconds: u64,
) {
    let code = format!("code-of-{name}");
    let _ = store.issue_code(issue(session, &code, seconds)).await;
    let Redemption::Granted {
        mut grant, event, ..
    } = granted(session, &format!("grant-of-{name}"), seconds)
    else {
        panic!("not granted");
    };
    grant.bond = bond;
    grant.family = Some(FamilyId::new(name));
    let now = at(seconds).as_millis();
    let mut family = RefreshFamily {
        id: FamilyId::new(name),
        grant: grant.id.clone(),
        client: client(),
        subject: session.subject.clone(),
        sid: session.sid.clone(),
        bond,
        created_at: now,
        rotated_at: now,
        current: Digest::of(&format!("{name}-0")),
        previous: None,
        keep_until: 0,
        look_at: 0,
    };
    family.keep_until = family.ends(&lifetimes()).as_millis();
    family.look_at = family.keep_until;
    let act = Redemption::Granted {
        grant,
        family: Some(Box::new(family)),
        event,
    };
    let outcome = redeem(store, session, &code, act, seconds).await;
    assert_eq!(outcome, Redeemed::Fresh);
}

/// An exchange of `presented` for `successor`.
pub(super) fn exchange(
    session: &Session,
    name: &str,
    presented: &str,
    successor: &str,
    seconds: u64,
) -> Rotation {
    let kind = EventKind::RefreshTokenReused {
        client: client(),
        subject: session.subject.clone(),
        grant: GrantId::new(format!("grant-of-{name}")),
    };
    Rotation {
        family: FamilyId::new(name),
        client: client(),
        presented: Digest::of(presented),
        successor: Digest::of(successor),
        sealed: format!("sealed {successor}"),
        id_token_kid: Some(format!("kid-{seconds}")),
        tokens_until: at(seconds + GRANT),
        lifetimes: lifetimes(),
        reused: event(kind, seconds),
        now: at(seconds),
    }
}

/// Exchanges it, and says in short how that ended.
pub(super) async fn rotate(store: &dyn Store, act: Rotation) -> String {
    match store.rotate_refresh_token(act).await.unwrap() {
        Rotated::Fresh(_) => "fresh".to_owned(),
        Rotated::Repeated { sealed, .. } => sealed,
        Rotated::Reused => "reused".to_owned(),
        Rotated::Ended => "ended".to_owned(),
        Rotated::Expired => "expired".to_owned(),
        Rotated::Unknown => "unknown".to_owned(),
    }
}

async fn sweep_all(store: &dyn Store, seconds: u64) -> usize {
    let mut rows = 0;
    loop {
        match store.sweep(at(seconds)).await.unwrap() {
            0 => return rows,
            swept => rows += swept,
        }
    }
}

async fn has_grant(store: &dyn Store, name: &str) -> bool {
    let id = GrantId::new(format!("grant-of-{name}"));
    store.find_grant(&id).await.unwrap().is_some()
}

async fn is_revoked(store: &dyn Store, name: &str) -> bool {
    let id = GrantId::new(format!("grant-of-{name}"));
    let found = store.find_grant(&id).await.unwrap();
    found.is_none_or(|found| found.grant.revoked_at.is_some())
}

/// Fresh, Repeated within the grace, and Reused for all that is older.
#[tokio::test]
async fn each_token_is_fresh_once_then_repeated_then_reused() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 1).await;
        let act =
            |presented, successor, seconds| exchange(&session, "f", presented, successor, seconds);
        assert_eq!(rotate(store, act("f-0", "f-1", 2)).await, "fresh");
        let within = rotate(store, act("f-0", "other", 11)).await;
        assert_eq!(within, "sealed f-1", "the same, whatever is offered");
        assert_eq!(rotate(store, act("f-1", "f-2", 13)).await, "fresh");
        assert!(!is_revoked(store, "f").await);
        assert_eq!(rotate(store, act("f-0", "x", 14)).await, "reused");
        assert!(is_revoked(store, "f").await);
        for token in ["f-0", "f-1", "f-2"] {
            assert_eq!(rotate(store, act(token, "x", 15)).await, "unknown");
        }
        let told = told(store).await;
        assert_eq!(told, ["first", "redeemed", "refresh_token_reused"]);
    })
    .await;
}

/// The grace ends to the second, and a repetition does not move it.
#[tokio::test]
async fn the_grace_is_counted_from_the_rotation() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 0).await;
        let act = |seconds| exchange(&session, "f", "f-0", "f-1", seconds);
        assert_eq!(rotate(store, act(100)).await, "fresh");
        for seconds in [100, 105, 109] {
            assert_eq!(rotate(store, act(seconds)).await, "sealed f-1");
        }
        assert_eq!(rotate(store, act(110)).await, "reused");
    })
    .await;
}

/// Another client's try is Unknown and leaves everything as it was.
#[tokio::test]
async fn another_client_meets_no_family() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 0).await;
        for token in ["f-0", "never"] {
            let mut foreign = exchange(&session, "f", token, "f-1", 1);
            foreign.client = ClientId::new("other");
            assert_eq!(rotate(store, foreign).await, "unknown");
        }
        let revoked = revoke(store, &session, "f", "other", 1).await;
        assert_eq!(revoked, Revoked::Already);
        let act = exchange(&session, "f", "f-0", "f-1", 2);
        assert_eq!(rotate(store, act).await, "fresh");
    })
    .await;
}

async fn revoke(
    store: &dyn Store,
    session: &Session,
    name: &str,
    by: &str,
    seconds: u64,
) -> Revoked {
    let kind = EventKind::GrantRevoked {
        client: client(),
        subject: session.subject.clone(),
        grant: GrantId::new(format!("grant-of-{name}")),
    };
    store
        .revoke_family(
            FamilyId::new(name),
            ClientId::new(by),
            event(kind, seconds),
            at(seconds),
        )
        .await
        .unwrap()
}

/// Idle from the last rotation, absolute from the beginning.
#[tokio::test]
async fn a_family_expires_by_both_limits() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "idle", Bond::Offline, 0).await;
        let act = exchange(&session, "idle", "idle-0", "idle-1", IDLE);
        assert_eq!(rotate(store, act).await, "expired");
        begin(store, &session, "used", Bond::Offline, 0).await;
        for (token, next, seconds, outcome) in [
            ("used-0", "used-1", IDLE - 1, "fresh"),
            ("used-1", "used-2", 2 * IDLE - 2, "fresh"),
            ("used-2", "used-3", ABSOLUTE - 1, "fresh"),
            ("used-3", "used-4", ABSOLUTE, "expired"),
        ] {
            let act = exchange(&session, "used", token, next, seconds);
            assert_eq!(rotate(store, act).await, outcome, "{seconds}");
        }
    })
    .await;
}

/// A rotation writes which key signed, keeps the grant for the new tokens, and adds no entry
/// to the expiry table: a family has one, however often it is used.
#[tokio::test]
async fn a_thousand_rotations_leave_one_row_to_sweep() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 0).await;
        for number in 0..100 {
            let (token, next) = (format!("f-{number}"), format!("f-{}", number + 1));
            let act = exchange(&session, "f", &token, &next, 2 * number);
            assert_eq!(rotate(store, act).await, "fresh");
        }
        let found = store.find_grant(&GrantId::new("grant-of-f")).await.unwrap();
        let grant = found.unwrap().grant;
        assert_eq!(grant.id_token_kid, "kid-198");
        assert_eq!(grant.id_token_at, at(198).as_millis());
        assert_eq!(grant.expires_at, at(198 + GRANT).as_millis());
        // The code alone; then nothing until the family's first moment.
        assert_eq!(sweep_all(store, IDLE - 1).await, 1);
        // Looked at once, and kept, since it was used.
        assert_eq!(sweep_all(store, IDLE).await, 1);
        assert!(has_grant(store, "f").await);
        // Family and grant.
        assert_eq!(sweep_all(store, IDLE + 198).await, 2);
        assert!(!has_grant(store, "f").await);
    })
    .await;
}

/// The grant lives as long as its family, though its tokens ended long ago; and a grant whose
/// tokens live longer than the family outlives it.
#[tokio::test]
async fn a_grant_lives_as_long_as_what_hangs_from_it() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 0).await;
        sweep_all(store, IDLE - 1).await;
        assert!(has_grant(store, "f").await, "its tokens ended at {GRANT}");
        let mut last = exchange(&session, "f", "f-0", "f-1", IDLE - 1);
        last.tokens_until = at(5 * IDLE);
        assert_eq!(rotate(store, last).await, "fresh");
        sweep_all(store, 2 * IDLE).await;
        let family = store.find_family(&FamilyId::new("f")).await.unwrap();
        assert!(family.is_none());
        assert!(has_grant(store, "f").await);
        sweep_all(store, 5 * IDLE).await;
        assert!(!has_grant(store, "f").await);
    })
    .await;
}

/// The owner's families are bounded by number, and what had to go leaves nothing to sweep but
/// a grant that is soon forgotten.
#[tokio::test]
async fn sign_ins_without_number_leave_a_bounded_number_of_rows() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        let most = u64::try_from(MOST_FAMILIES_PER_OWNER).unwrap();
        for number in 0..3 * most {
            begin(
                store,
                &session,
                &format!("f{number}"),
                Bond::Offline,
                number,
            )
            .await;
        }
        let families = store
            .families_of(&session.subject, &lifetimes(), at(3 * most))
            .await
            .unwrap();
        assert_eq!(families.len(), MOST_FAMILIES_PER_OWNER);
        let evicted = told(store).await;
        let evicted = evicted
            .iter()
            .filter(|event| **event == "refresh_family_evicted");
        assert_eq!(evicted.count(), 2 * MOST_FAMILIES_PER_OWNER);
        // Codes, and the grants of those that had to go: their last tokens have ended.
        let rows = sweep_all(store, 3 * most + GRANT).await;
        assert_eq!(rows, 5 * MOST_FAMILIES_PER_OWNER);
        assert!(is_revoked(store, "f0").await && !is_revoked(store, "f95").await);
    })
    .await;
}

/// What does not live any more makes room before anything that lives has to go.
#[tokio::test]
async fn dead_families_make_room_first() {
    on_each_backend(async |store| {
        let store = &*store;
        let (first, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &first, "oldest", Bond::Offline, 0).await;
        // All of these end with their browser's session, which goes by another sign-out.
        for number in 0..MOST_FAMILIES_PER_OWNER {
            let cookie = format!("b{number}");
            let (session, _) = signed_in(store, sign_in("zhang", &cookie, 1)).await;
            begin(store, &session, &format!("f{number}"), Bond::Session, 2).await;
            let mut other = sign_in("li", &format!("l{number}"), 3);
            other.previous_cookie = Some(Digest::of(&cookie));
            signed_in(store, other).await;
        }
        let act = exchange(&first, "oldest", "oldest-0", "oldest-1", 4);
        assert_eq!(rotate(store, act).await, "fresh");
        let told = told(store).await;
        assert!(!told.contains(&"refresh_family_evicted"), "{told:?}");
    })
    .await;
}

/// The end of a session takes what ends with it, and nothing of another session.
#[tokio::test]
async fn the_end_of_a_session_takes_what_is_bound_to_it() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        let (elsewhere, _) = signed_in(store, sign_in("zhang", "c2", 0)).await;
        begin(store, &session, "bound", Bond::Session, 1).await;
        begin(store, &session, "strict", Bond::OfflineUntilLogout, 1).await;
        begin(store, &session, "offline", Bond::Offline, 1).await;
        begin(store, &elsewhere, "other", Bond::Session, 1).await;
        let mut li = sign_in("li", "c3", 2);
        li.previous_cookie = Some(Digest::of("c1"));
        signed_in(store, li).await;
        for (session, name, outcome) in [
            (&session, "bound", "unknown"),
            (&session, "strict", "unknown"),
            (&session, "offline", "fresh"),
            (&elsewhere, "other", "fresh"),
        ] {
            let act = exchange(session, name, &format!("{name}-0"), "next", 3);
            assert_eq!(rotate(store, act).await, outcome, "{name}");
        }
        let mut living: Vec<String> = store
            .families_of(&session.subject, &lifetimes(), at(3))
            .await
            .unwrap()
            .into_iter()
            .map(|family| family.id.to_string())
            .collect();
        living.sort();
        assert_eq!(living, ["offline", "other"]);
    })
    .await;
}

/// Revoked once, told once; what hangs from it goes in the same act.
#[tokio::test]
async fn a_family_is_revoked_once() {
    on_each_backend(async |store| {
        let store = &*store;
        let (session, _) = signed_in(store, sign_in("zhang", "c1", 0)).await;
        begin(store, &session, "f", Bond::Offline, 0).await;
        assert_eq!(revoke(store, &session, "f", "demo", 1).await, Revoked::Now);
        let again = revoke(store, &session, "f", "demo", 2).await;
        assert_eq!(again, Revoked::Already);
        assert!(is_revoked(store, "f").await);
        let told = told(store).await;
        assert_eq!(told, ["first", "redeemed", "grant_revoked"]);
        // The code and the grant are all that is left.
        assert_eq!(sweep_all(store, GRANT).await, 2);
    })
    .await;
}

/// One access token, by its name, until it would have ended.
#[tokio::test]
async fn an_access_token_is_revoked_until_it_would_have_ended() {
    on_each_backend(async |store| {
        let store = &*store;
        let act = || {
            let kind = EventKind::AccessTokenRevoked {
                client: client(),
                subject: None,
            };
            store.revoke_access_token("jti".to_owned(), at(100), event(kind, 1))
        };
        let revoked = async |jti| store.find_access(jti, None).await.unwrap().revoked;
        assert!(!revoked("jti").await);
        assert_eq!(act().await.unwrap(), Revoked::Now);
        assert_eq!(act().await.unwrap(), Revoked::Already);
        assert!(revoked("jti").await && !revoked("other").await);
        assert_eq!(told(store).await, ["access_token_revoked"]);
        assert_eq!(sweep_all(store, 99).await, 0);
        assert!(revoked("jti").await);
        assert_eq!(sweep_all(store, 100).await, 1);
        assert!(!revoked("jti").await);
    })
    .await;
}

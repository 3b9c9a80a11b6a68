//! Refresh tokens at once: each act is whole, and one of them is first.

use std::sync::Arc;

use dingpass::domain::event::EventKind;
use dingpass::domain::grant::Bond;
use dingpass::domain::id::{FamilyId, GrantId};
use dingpass::domain::secret::Digest;
use tokio::task::JoinSet;

use super::acts::{at, client, event, sign_in, signed_in, told};
use super::families::{begin, exchange, rotate};
use super::on_each_backend;

/// CVE-2026-1035: of many exchanges of one token one is first; all others get its successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_exchanges_at_once_one_is_fresh() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        begin(&*store, &session, "f", Bond::Offline, 1).await;
        let mut under_way = JoinSet::new();
        for number in 0..64 {
            let (store, session) = (Arc::clone(&store), session.clone());
            under_way.spawn(async move {
                let successor = format!("next-{number}");
                let act = exchange(&session, "f", "f-0", &successor, 2);
                (rotate(&*store, act).await, successor)
            });
        }
        let outcomes = under_way.join_all().await;
        let fresh: Vec<&String> = outcomes
            .iter()
            .filter(|(outcome, _)| outcome == "fresh")
            .map(|(_, successor)| successor)
            .collect();
        assert_eq!(fresh.len(), 1);
        let same = format!("sealed {}", fresh[0]);
        assert!(
            outcomes
                .iter()
                .all(|(outcome, _)| outcome == "fresh" || *outcome == same)
        );
        let act = exchange(&session, "f", fresh[0], "last", 3);
        assert_eq!(rotate(&*store, act).await, "fresh");
    })
    .await;
}

/// An exchange against a revocation, and against the end of the session: whichever comes
/// first, nothing lives in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_exchange_against_an_end_leaves_nothing_living() {
    on_each_backend(async |store| {
        for round in 0..20 {
            let cookie = format!("zhangs-{round}");
            let (session, _) = signed_in(&*store, sign_in("zhang", &cookie, 0)).await;
            let name = format!("f{round}");
            begin(&*store, &session, &name, Bond::Session, 1).await;
            let ending = {
                let (store, session, name) = (Arc::clone(&store), session.clone(), name.clone());
                tokio::spawn(async move {
                    if round % 2 == 0 {
                        let mut other = sign_in("li", &format!("lis-{round}"), 2);
                        other.previous_cookie = Some(Digest::of(&cookie));
                        signed_in(&*store, other).await;
                    } else {
                        let kind = EventKind::GrantRevoked {
                            client: client(),
                            subject: session.subject.clone(),
                            grant: GrantId::new(format!("grant-of-{name}")),
                        };
                        let _ = store
                            .revoke_family(FamilyId::new(name), client(), event(kind, 2), at(2))
                            .await
                            .unwrap();
                    }
                })
            };
            let act = exchange(&session, &name, &format!("{name}-0"), "next", 2);
            let outcome = rotate(&*store, act).await;
            ending.await.unwrap();
            assert!(
                ["fresh", "ended", "unknown"].contains(&outcome.as_str()),
                "{outcome}"
            );
            let act = exchange(&session, &name, "next", "later", 3);
            assert_eq!(rotate(&*store, act).await, "unknown");
        }
    })
    .await;
}

/// Sign-ins of one person at once: the bound holds, and who is told of is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_bound_on_families_holds_at_once_too() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
        let mut under_way = JoinSet::new();
        for number in 0..64 {
            let (store, session) = (Arc::clone(&store), session.clone());
            under_way.spawn(async move {
                let name = format!("f{number}");
                begin(&*store, &session, &name, Bond::Offline, 1).await;
            });
        }
        while let Some(ended) = under_way.join_next().await {
            ended.unwrap();
        }
        let lifetimes = super::families::lifetimes();
        let families = store
            .families_of(&session.subject, &lifetimes, at(2))
            .await
            .unwrap();
        assert_eq!(families.len(), 32);
        let told = told(&*store).await;
        let evicted = told
            .iter()
            .filter(|event| **event == "refresh_family_evicted");
        assert_eq!(evicted.count(), 32);
    })
    .await;
}

//! Consents: each act is whole, and a withdrawal reaches exactly what hung from it.

use dingpass::domain::consent::Consent;
use dingpass::domain::event::EventKind;
use dingpass::domain::id::{ClientId, GrantId, Sid};
use dingpass::domain::person_claim::{ClaimSet, PersonClaim};
use dingpass::domain::scope::Scopes;
use dingpass::domain::secret::Digest;
use dingpass::domain::session::Session;
use dingpass::store::{
    CodeIssued, ConsentRecorded, ConsentWithdrawn, RecordConsent, Redeemed, Store,
};

use super::acts::{at, client, event, granted, issue, replayed, sign_in, signed_in};
use super::on_each_backend;

fn agreed(session: &Session, scope: &str, seconds: u64) -> RecordConsent {
    RecordConsent {
        consent: Consent {
            subject: session.subject.clone(),
            client: client(),
            scope: Scopes::parse(scope),
            claims: ClaimSet::default(),
            since: at(seconds).as_millis(),
        },
        sid: session.sid.clone(),
        event: event(
            EventKind::ConsentGiven {
                subject: session.subject.clone(),
                client: client(),
                scope: scope.to_owned(),
            },
            seconds,
        ),
        now: at(seconds),
    }
}

async fn withdraw(store: &dyn Store, session: &Session, seconds: u64) -> ConsentWithdrawn {
    let kind = EventKind::ConsentWithdrawn {
        subject: session.subject.clone(),
        client: client(),
    };
    store
        .withdraw_consent(
            session.subject.clone(),
            client(),
            event(kind, seconds),
            at(seconds),
        )
        .await
        .unwrap()
}

/// What is agreed to adds up; what is nothing new writes nothing.
#[tokio::test]
async fn consents_add_up() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(store.as_ref(), sign_in("a", "one", 0)).await;
        let record = async |act| store.record_consent(act).await.unwrap();
        assert_eq!(
            record(agreed(&session, "openid profile", 1)).await,
            ConsentRecorded::Recorded
        );
        assert_eq!(
            record(agreed(&session, "openid", 2)).await,
            ConsentRecorded::Unchanged
        );
        let mut act = agreed(&session, "openid email", 3);
        act.consent.claims = ClaimSet::from_iter([PersonClaim::Phone]);
        assert_eq!(record(act).await, ConsentRecorded::Recorded);
        let found = store
            .find_consent(&session.subject, &client())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.scope, Scopes::parse("openid profile email"));
        assert_eq!(found.claims, ClaimSet::from_iter([PersonClaim::Phone]));
        assert_eq!(found.since, at(1).as_millis());
        let events = store.latest_events(100).await.unwrap();
        let given = events.iter().filter(|it| it.kind.name() == "consent_given");
        assert_eq!(given.count(), 2);
    })
    .await;
}

/// Only the session's own person, while it stands.
#[tokio::test]
async fn a_session_that_is_gone_agrees_to_nothing() {
    on_each_backend(async |store| {
        let (first, _) = signed_in(store.as_ref(), sign_in("a", "one", 0)).await;
        let mut next = sign_in("b", "two", 1);
        next.previous_cookie = Some(Digest::of("one"));
        let (second, _) = signed_in(store.as_ref(), next).await;
        let mut foreign = agreed(&first, "openid", 2);
        foreign.sid = second.sid.clone();
        let mut unknown = agreed(&first, "openid", 2);
        unknown.sid = Sid::new("nobody's");
        for act in [agreed(&first, "openid", 2), foreign, unknown] {
            assert_eq!(
                store.record_consent(act).await.unwrap(),
                ConsentRecorded::SessionGone
            );
        }
        let none = store.consents_of(&first.subject).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}

/// A list has what is the person's own and nothing else.
#[tokio::test]
async fn a_list_has_one_persons_consents() {
    on_each_backend(async |store| {
        let (first, _) = signed_in(store.as_ref(), sign_in("a", "one", 0)).await;
        let (second, _) = signed_in(store.as_ref(), sign_in("b", "two", 0)).await;
        for (session, name) in [(&first, "x"), (&first, "y"), (&second, "z")] {
            let mut act = agreed(session, "openid", 1);
            act.consent.client = ClientId::new(name);
            let recorded = store.record_consent(act).await.unwrap();
            assert_eq!(recorded, ConsentRecorded::Recorded);
        }
        for (session, names) in [(&first, vec!["x", "y"]), (&second, vec!["z"])] {
            let found = store.consents_of(&session.subject).await.unwrap();
            let found: Vec<&str> = found.iter().map(|it| it.client.as_str()).collect();
            assert_eq!(found, names);
        }
    })
    .await;
}

/// A code that was issued before a withdrawal is worth nothing after it; a consent that is
/// given again makes the next one good.
#[tokio::test]
async fn a_withdrawal_ends_codes_of_before() {
    on_each_backend(async |store| {
        let (session, _) = signed_in(store.as_ref(), sign_in("a", "one", 0)).await;
        let record = async |seconds| {
            let act = agreed(&session, "openid", seconds);
            store.record_consent(act).await.unwrap()
        };
        assert_eq!(record(1).await, ConsentRecorded::Recorded);
        let issued = store.issue_code(issue(&session, "early", 2)).await.unwrap();
        assert_eq!(issued, CodeIssued::Issued);
        assert_eq!(
            withdraw(store.as_ref(), &session, 3).await,
            ConsentWithdrawn::Withdrawn
        );
        assert_eq!(
            withdraw(store.as_ref(), &session, 3).await,
            ConsentWithdrawn::Unknown
        );
        let redeem = async |code: &str, seconds| {
            store
                .redeem_code(
                    Digest::of(code),
                    client(),
                    granted(&session, code, seconds),
                    replayed(&session, seconds),
                    at(seconds),
                )
                .await
                .unwrap()
        };
        assert_eq!(redeem("early", 4).await, Redeemed::Ended);
        // A request that was under way when it was taken back.
        let late = store.issue_code(issue(&session, "late", 3)).await.unwrap();
        assert_eq!(late, CodeIssued::SessionGone);
        // By a clock that went back.
        assert_eq!(record(2).await, ConsentRecorded::Recorded);
        let issued = store.issue_code(issue(&session, "new", 2)).await.unwrap();
        assert_eq!(issued, CodeIssued::Issued);
        assert_eq!(redeem("new", 2).await, Redeemed::Fresh);
        let found = store
            .find_grant(&GrantId::new("new"))
            .await
            .unwrap()
            .unwrap();
        let subject = found.subject.unwrap();
        assert!(!subject.has_taken_back(&client(), found.grant.created_at));
        assert!(subject.has_taken_back(&client(), at(1).as_millis()));
        assert!(!subject.has_taken_back(&ClientId::new("other"), 0));
    })
    .await;
}

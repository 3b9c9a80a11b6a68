//! The events themselves: names, and whom each is about.

use std::collections::BTreeSet;

use dingpass::domain::event::{AuditEvent, DeliveryOutcome, EventKind, OperatorAct};
use dingpass::domain::id::{ClientId, GrantId, Sid, SubjectId, UpstreamId};
use dingpass::domain::key_change::{KeyActor, KeyChange};
use dingpass::domain::key_state::KeyState;

/// One of each kind, in the order of the variants.
fn samples() -> Vec<EventKind> {
    let client = || ClientId::new("c");
    let subject = || SubjectId::new("s");
    let grant = || GrantId::new("g");
    let sid = || Sid::new("i");
    let upstream = || UpstreamId::new("u");
    vec![
        EventKind::SignedIn {
            subject: subject(),
            sid: sid(),
            upstream: upstream(),
            client: client(),
            first: true,
        },
        EventKind::UseridChangedHands {
            corp: "o".into(),
            userid: "n".into(),
            from: SubjectId::new("before"),
            to: subject(),
        },
        EventKind::SessionReplaced {
            sid: sid(),
            subject: subject(),
        },
        EventKind::NoLongerVouchedFor {
            subject: subject(),
            upstream: upstream(),
            cause: "x".into(),
            upstream_request: Some("r".into()),
        },
        EventKind::CodeRedeemed {
            client: client(),
            subject: subject(),
            grant: grant(),
        },
        EventKind::CodeSpoiled {
            client: client(),
            subject: subject(),
        },
        EventKind::CodeReplayed {
            client: client(),
            subject: subject(),
        },
        EventKind::RefreshTokenReused {
            client: client(),
            subject: subject(),
            grant: grant(),
        },
        EventKind::RefreshFamilyEvicted {
            client: client(),
            subject: subject(),
            grant: grant(),
        },
        EventKind::GrantRevoked {
            client: client(),
            subject: subject(),
            grant: grant(),
        },
        EventKind::AccessTokenRevoked {
            client: client(),
            subject: Some(subject()),
        },
        EventKind::ConsentGiven {
            subject: subject(),
            client: client(),
            scope: "openid".into(),
        },
        EventKind::ConsentWithdrawn {
            subject: subject(),
            client: client(),
        },
        EventKind::SessionEnded {
            sid: sid(),
            subject: subject(),
            client: Some(client()),
            kid: Some("k".into()),
        },
        EventKind::GrantEnded {
            client: client(),
            subject: subject(),
            grant: grant(),
            kid: "k".into(),
        },
        EventKind::LogoutDelivery {
            client: client(),
            subject: subject(),
            sid: Some(sid()),
            attempt: 1,
            outcome: DeliveryOutcome::Delivered,
            answer: "200".into(),
        },
        EventKind::FailuresCounted {
            cause: "x".into(),
            client: Some(client()),
            count: 1,
            upstream_request: Some("r".into()),
        },
        EventKind::KeyStateChanged {
            kid: "k".into(),
            algorithm: "RS256".into(),
            from: Some(KeyState::Next),
            to: Some(KeyState::Active),
            actor: KeyActor::Operator { uid: Some(0) },
        },
        EventKind::SignedByEnded {
            kid: "k".into(),
            grants: 2,
            sessions: 1,
        },
        EventKind::OperatorActed {
            uid: Some(0),
            act: OperatorAct::ClientPinned {
                client: client(),
                kid: "k".into(),
                until: 1,
            },
        },
    ]
}

/// Whoever filters by name can name each event, and nothing else.
#[test]
fn the_list_of_names_is_that_of_the_events() {
    let named: Vec<&str> = samples().iter().map(EventKind::name).collect();
    assert_eq!(named, EventKind::NAMES);
    let all: BTreeSet<&str> = EventKind::NAMES.into_iter().collect();
    assert_eq!(all.len(), EventKind::NAMES.len());
}

/// The name is the one in the JSON; what an event says of whom it is about is what stands in
/// its members.
#[test]
fn an_event_is_about_whom_its_members_name() {
    for kind in samples() {
        let json = serde_json::to_value(&kind).unwrap();
        assert_eq!(json["event"], kind.name());
        let member = |name: &str| json.get(name).and_then(|value| value.as_str());
        // Of a userid these are people; of a key, its states.
        let person = |name: &str| member(name).filter(|_| member("userid").is_some());
        assert_eq!(kind.client().map(ClientId::as_str), member("client"));
        let subject = member("subject").or_else(|| person("to"));
        assert_eq!(kind.subject().map(SubjectId::as_str), subject);
        assert_eq!(kind.sid().map(Sid::as_str), member("sid"));
        assert_eq!(kind.upstream_request(), member("upstream_request"));
        if let Some(subject) = kind.subject() {
            assert!(kind.concerns(subject));
        }
        let had_it = kind.concerns(&SubjectId::new("before"));
        assert_eq!(had_it, person("from").is_some());
        assert!(!kind.concerns(&SubjectId::new("somebody else")));
    }
}

/// What was written is what is read.
#[test]
fn each_event_comes_back_as_it_was_written() {
    for kind in samples() {
        let text = serde_json::to_string(&kind).unwrap();
        assert_eq!(serde_json::from_str::<EventKind>(&text).unwrap(), kind);
    }
}

/// Whoever changed a key, in whatever state it was: what was written is what is read.
#[test]
fn each_change_of_a_key_comes_back_as_it_was_written() {
    let states = [
        KeyState::Next,
        KeyState::Active,
        KeyState::Retired,
        KeyState::Withdrawn,
        KeyState::Revoked,
    ];
    let actors = [
        KeyActor::Schedule,
        KeyActor::Operator { uid: Some(1000) },
        KeyActor::Operator { uid: None },
        KeyActor::Folder,
        KeyActor::Start,
    ];
    for from in states.map(Some).into_iter().chain([None]) {
        for to in states.map(Some).into_iter().chain([None]) {
            for actor in actors {
                let change = KeyChange {
                    at: 7,
                    kid: "k".into(),
                    algorithm: "A256GCM".into(),
                    from,
                    to,
                    actor,
                };
                let event = AuditEvent::of_key(change, "a-request");
                let text = serde_json::to_string(&event).unwrap();
                let read: AuditEvent = serde_json::from_str(&text).unwrap();
                assert_eq!((read.at, read.kind), (7, event.kind));
                assert_eq!(read.correlation, "a-request");
            }
        }
    }
}

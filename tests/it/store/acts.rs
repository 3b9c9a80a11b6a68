//! Acts to be carried out, all of them right, to be changed by a test.

use std::time::Duration;

use dingpass::clock::Timestamp;
use dingpass::domain::claims_request::RequestedClaims;
use dingpass::domain::code::{AuthorizationCode, CodeState};
use dingpass::domain::event::{AuditEvent, EventKind};
use dingpass::domain::grant::{Bond, Grant};
use dingpass::domain::id::{ClientId, FlowId, GrantId, Sid, SubjectId, UpstreamId};
use dingpass::domain::identity::{Identity, Link, Profile, Subject};
use dingpass::domain::scope::Scopes;
use dingpass::domain::secret::Digest;
use dingpass::domain::session::Session;
use dingpass::store::{FlowClaim, IssueCode, Redeemed, Redemption, SignIn, SignInRecorded, Store};

/// The moment at which everything happens, plus so many seconds.
pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(seconds))
}

/// How long a code lives here, in seconds.
pub(super) const CODE: u64 = 60;
/// How long a grant lives here, in seconds.
pub(super) const GRANT: u64 = 600;
/// How long a session is kept here, in seconds.
pub(super) const SESSION: u64 = 3_600;

pub(super) fn client() -> ClientId {
    ClientId::new("demo")
}

/// A person of that unionId comes back, with a new browser.
pub(super) fn sign_in(person: &str, cookie: &str, seconds: u64) -> SignIn {
    SignIn {
        identity: Identity {
            link: Link {
                kind: "dingtalk".to_owned(),
                owner: "dingcorp".to_owned(),
                person: person.to_owned(),
            },
            profile: Profile {
                name: Some("张三".to_owned()),
                userid: format!("{person}-userid"),
                unionid: person.to_owned(),
                corp: "dingcorp".to_owned(),
                ..Profile::default()
            },
        },
        new_subject: SubjectId::new(format!("subject-of-{cookie}")),
        new_sid: Sid::new(format!("sid-of-{cookie}")),
        cookie: Digest::of(cookie),
        previous_cookie: None,
        resume: None,
        upstream: UpstreamId::new("acme"),
        client: client(),
        keep_until: at(seconds + SESSION),
        to_tell: [].into(),
        correlation: format!("request-of-{cookie}"),
        now: at(seconds),
    }
}

/// A sign-in that is let in.
pub(super) async fn signed_in(store: &dyn Store, act: SignIn) -> (Session, Subject) {
    match store.record_sign_in(act).await.unwrap() {
        SignInRecorded::SignedIn(session, subject) => (*session, *subject),
        SignInRecorded::Blocked => panic!("blocked"),
    }
}

/// A code for a session, under a flow of its own.
pub(super) fn issue(session: &Session, code: &str, seconds: u64) -> IssueCode {
    IssueCode {
        claim: Some(FlowClaim {
            flow: FlowId::new(format!("flow-of-{code}")),
            until: at(seconds + 3_600),
        }),
        digest: Digest::of(code),
        code: AuthorizationCode {
            client: client(),
            redirect_uri: "https://app.example/callback".to_owned(),
            code_challenge: None,
            scope: Scopes::parse("openid"),
            claims: RequestedClaims::default(),
            issued_at: at(seconds).as_millis(),
            nonce: None,
            subject: session.subject.clone(),
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            expires_at: at(seconds + CODE).as_millis(),
            state: CodeState::Unspent,
        },
        touch: false,
        now: at(seconds),
    }
}

/// What would come of a redemption.
pub(super) fn granted(session: &Session, grant: &str, seconds: u64) -> Redemption {
    let grant = Grant {
        id: GrantId::new(grant),
        client: client(),
        subject: session.subject.clone(),
        sid: session.sid.clone(),
        scope: Scopes::parse("openid"),
        claims: RequestedClaims::default(),
        auth_time: session.auth_time,
        bond: Bond::Session,
        family: None,
        created_at: at(seconds).as_millis(),
        expires_at: at(seconds + GRANT).as_millis(),
        revoked_at: None,
        id_token_kid: "kid".to_owned(),
        id_token_at: at(seconds).as_millis(),
    };
    let kind = EventKind::CodeRedeemed {
        client: client(),
        subject: session.subject.clone(),
        grant: grant.id.clone(),
    };
    Redemption::Granted {
        grant: Box::new(grant),
        family: None,
        event: event(kind, seconds),
    }
}

pub(super) fn spoiled(session: &Session, seconds: u64) -> Redemption {
    Redemption::Spoiled {
        event: event(
            EventKind::CodeSpoiled {
                client: client(),
                subject: session.subject.clone(),
            },
            seconds,
        ),
    }
}

/// What is told of a replay.
pub(super) fn replayed(session: &Session, seconds: u64) -> AuditEvent {
    event(
        EventKind::CodeReplayed {
            client: client(),
            subject: session.subject.clone(),
        },
        seconds,
    )
}

pub(super) fn event(kind: EventKind, seconds: u64) -> AuditEvent {
    AuditEvent {
        at: at(seconds).as_millis(),
        correlation: "a-request".to_owned(),
        kind,
    }
}

/// A redemption by the code's own client.
pub(super) async fn redeem(
    store: &dyn Store,
    session: &Session,
    code: &str,
    redemption: Redemption,
    seconds: u64,
) -> Redeemed {
    store
        .redeem_code(
            Digest::of(code),
            client(),
            redemption,
            replayed(session, seconds),
            at(seconds),
        )
        .await
        .unwrap()
}

/// A redemption by another client than the code's own.
pub(super) async fn redeem_by_another(
    store: &dyn Store,
    session: &Session,
    code: &str,
    redemption: Redemption,
    seconds: u64,
) -> Redeemed {
    let other = ClientId::new("other");
    let replayed = replayed(session, seconds);
    store
        .redeem_code(Digest::of(code), other, redemption, replayed, at(seconds))
        .await
        .unwrap()
}

/// Whether a cookie opens a session, ended or not.
pub(super) async fn opens(store: &dyn Store, cookie: &str) -> bool {
    let found = store.find_session(&Digest::of(cookie)).await.unwrap();
    found.is_some()
}

/// What the audit log holds, oldest first, in short.
pub(super) async fn told(store: &dyn Store) -> Vec<&'static str> {
    let mut events = store.latest_events(1_000).await.unwrap();
    events.reverse();
    events
        .iter()
        .map(|event| match &event.kind {
            EventKind::SignedIn { first: true, .. } => "first",
            EventKind::SignedIn { first: false, .. } => "again",
            EventKind::UseridChangedHands { .. } => "changed hands",
            EventKind::SessionReplaced { .. } => "replaced",
            EventKind::NoLongerVouchedFor { .. } => "gone",
            EventKind::CodeRedeemed { .. } => "redeemed",
            EventKind::CodeSpoiled { .. } => "spoiled",
            EventKind::CodeReplayed { .. } => "replayed",
            other => other.name(),
        })
        .collect()
}

/// Whether a grant's tokens would be good.
pub(super) async fn stands(store: &dyn Store, grant: &str) -> bool {
    let found = store.find_grant(&GrantId::new(grant)).await.unwrap();
    found.is_some_and(|found| {
        found.grant.revoked_at.is_none()
            && found
                .session
                .is_some_and(|session| session.ended_at.is_none())
            && found.subject.is_some()
    })
}

//! The one decision point: what a browser does next. A pure function of the request, the
//! live session, what its person agreed to, and the moment.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::session::Session;

/// What a browser does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The session meets every demand: a code is made.
    Issue,
    /// Through an upstream.
    SignIn,
    /// The person is asked what the client may learn.
    AskConsent,
    /// `prompt=none` forbids asking who it is.
    LoginRequired,
    /// `prompt=none` forbids asking for consent.
    ConsentRequired,
    /// The person who signed in for this request is not the one whom the client meant.
    WrongPerson,
}

/// Whether the session's person has agreed to what the request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Agreed {
    /// Yes, or the operator has for everybody.
    Yes,
    /// Not yet, or the request wants it said again.
    NotYet,
}

/// Decides. `session` is live: neither expired nor ended, its person active.
/// `just_signed_in` says that this very browser came back from an upstream for this request:
/// moments alone can't tell that from a sign-in within the same millisecond.
pub(super) fn next_step(
    pending: &PendingAuthorization,
    session: Option<&Session>,
    just_signed_in: bool,
    agreed: Agreed,
    now: Timestamp,
) -> Step {
    let ask = if pending.demand.silent {
        Step::LoginRequired
    } else {
        Step::SignIn
    };
    let Some(session) = session else {
        return ask;
    };
    let signed_in_for_this = just_signed_in || session.authenticated() > pending.started();
    if is_too_old(pending, session, now) || (!signed_in_for_this && is_fresh_demanded(pending)) {
        return ask;
    }
    match &pending.demand.subject {
        Some(wanted) if *wanted != session.subject => {
            if signed_in_for_this && !pending.demand.silent {
                return Step::WrongPerson;
            }
            return ask;
        }
        Some(_) | None => {}
    }
    match agreed {
        Agreed::Yes => Step::Issue,
        Agreed::NotYet if pending.demand.silent => Step::ConsentRequired,
        Agreed::NotYet => Step::AskConsent,
    }
}

/// `max_age=0` is `prompt=login`: how old the sign-in of this very request is does not matter.
fn is_fresh_demanded(pending: &PendingAuthorization) -> bool {
    pending.demand.fresh || pending.demand.max_age == Some(0)
}

/// Held against the moment of the answer, whichever request the sign-in was made for: a flow
/// has an hour, and another tab's sign-in may be as old.
fn is_too_old(pending: &PendingAuthorization, session: &Session, now: Timestamp) -> bool {
    pending.demand.max_age.is_some_and(|seconds| {
        seconds > 0 && now.since(session.authenticated()) > Duration::from_secs(seconds)
    })
}

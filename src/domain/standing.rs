//! Whether a grant is good: the one rule for every use of it. UserInfo, introspection and
//! refresh each ask here, so that what one of them refuses no other lets through
//! (CVE-2026-9097: revoked tokens were good at the one endpoint that had a check of its own).

use crate::clock::Timestamp;
use crate::domain::grant::{Bond, Grant};
use crate::domain::identity::{Subject, SubjectStatus};
use crate::domain::lifetimes::Lifetimes;
use crate::domain::session::Session;

/// Why a grant is not good any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallen {
    /// It was revoked.
    Revoked,
    /// Its session was ended, or its row is gone.
    SessionEnded,
    /// Its session has expired: tokens that are out stay good, no new ones are made.
    SessionExpired,
    /// Its person is blocked or not there.
    NoPerson,
    /// Its person has taken back the consent that it came of.
    TakenBack,
    /// All of its person's sessions were ended after the sign-in that it came of.
    SignedOutEverywhere,
}

/// The person of a grant, if tokens that hang from it are good. `session` and `subject` are
/// the rows that the grant names.
///
/// # Errors
/// [`Fallen`]
pub fn standing<'a>(
    grant: &Grant,
    session: Option<&Session>,
    subject: Option<&'a Subject>,
) -> Result<&'a Subject, Fallen> {
    if grant.revoked_at.is_some() {
        return Err(Fallen::Revoked);
    }
    let subject = subject
        .filter(|subject| subject.status == SubjectStatus::Active && subject.id == grant.subject)
        .ok_or(Fallen::NoPerson)?;
    // By the grant's own moment: the session's row may be gone, or may have gone on since.
    if subject
        .signed_out_at
        .is_some_and(|moment| grant.auth_time < moment)
    {
        return Err(Fallen::SignedOutEverywhere);
    }
    if subject.has_taken_back(&grant.client, grant.created_at) {
        return Err(Fallen::TakenBack);
    }
    let session = session.filter(|session| session.subject == grant.subject);
    let session_stands = match grant.bond {
        Bond::Session => session.is_some_and(|session| session.ended_at.is_none()),
        Bond::OfflineUntilLogout => session.is_none_or(|session| session.ended_at.is_none()),
        Bond::Offline => true,
    };
    if session_stands {
        Ok(subject)
    } else {
        Err(Fallen::SessionEnded)
    }
}

/// The person of a grant, if new tokens may be made from it: a session that has expired signs
/// nobody in any more, by its refresh tokens neither.
///
/// # Errors
/// [`Fallen`]
pub fn refreshable<'a>(
    grant: &Grant,
    session: Option<&Session>,
    subject: Option<&'a Subject>,
    lifetimes: &Lifetimes,
    now: Timestamp,
) -> Result<&'a Subject, Fallen> {
    let subject = standing(grant, session, subject)?;
    let lives = match grant.bond {
        Bond::Session => session.is_some_and(|session| session.is_live(lifetimes, now)),
        Bond::Offline | Bond::OfflineUntilLogout => true,
    };
    if lives {
        Ok(subject)
    } else {
        Err(Fallen::SessionExpired)
    }
}

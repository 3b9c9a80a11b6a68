//! The decision of the end-session endpoint, as a pure function.

use super::request::{Hint, LogoutRequest};
use crate::domain::session::Session;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogoutStep {
    /// The session is ended without a question.
    End,
    /// The person is asked.
    Ask,
    /// There is nothing to end; the browser goes where the request says.
    Leave,
    /// There is nothing to end, and the person stays here.
    Stay,
}

/// A hint of this session or of its person shows that the person's own application asks: then
/// there is no question (section 2). Without one anybody's link could sign a person out, so
/// the person is asked (section 6), and so it is where the address is not to the letter a
/// registered one.
pub(super) fn next_step(request: &LogoutRequest, session: Option<&Session>) -> LogoutStep {
    let is_exact = request
        .address
        .as_ref()
        .is_none_or(super::request::PostLogoutAddress::is_exact);
    match (session, &request.hint) {
        (Some(session), Some(hint)) if is_of(hint, session) && is_exact => LogoutStep::End,
        (Some(_), _) => LogoutStep::Ask,
        (None, Some(_)) if request.address.is_some() && is_exact => LogoutStep::Leave,
        (None, _) => LogoutStep::Stay,
    }
}

/// An application keeps the ID Token of its own sign-in: the same person may have a session of
/// another name here by now.
fn is_of(hint: &Hint, session: &Session) -> bool {
    hint.sid.as_ref() == Some(&session.sid) || hint.subject == session.subject
}

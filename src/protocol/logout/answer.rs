//! What a browser is told at the end-session endpoint; the pages put it into words.

use super::{Frame, LogoutFault, PostLogoutUrl};
use crate::domain::locale::Locale;

/// What a browser is told.
#[derive(Debug)]
pub struct LogoutAnswer {
    /// What it does next.
    pub outcome: LogoutOutcome,
    /// Whether its session's cookie is of no use any more.
    pub drop_session: bool,
    /// The language of the page, if one is shown.
    pub locale: Option<Locale>,
}

/// What a browser does next.
#[derive(Debug)]
pub enum LogoutOutcome {
    /// Goes back to the client.
    Return(PostLogoutUrl),
    /// Asks the person.
    Confirm(Box<Confirmation>),
    /// Says that the person is signed out.
    SignedOut(SignedOutPage),
    /// Says what is wrong; there is nothing to end.
    Refused(LogoutFault),
    /// The store failed: nothing was ended.
    Broken,
}

/// The confirm page.
#[derive(Debug)]
pub struct Confirmation {
    /// What its form holds.
    pub form: String,
    /// Who is signed in.
    pub person: Option<String>,
    /// The client that asks, and where it lives.
    pub client: Option<(String, Option<String>)>,
    /// Where the browser goes afterwards: the page's policy must allow it.
    pub then: Option<PostLogoutUrl>,
    /// What is wrong with the request.
    pub fault: Option<LogoutFault>,
}

/// The page after an end.
#[derive(Debug, Default)]
pub struct SignedOutPage {
    /// Applications that the browser tells.
    pub frames: Vec<Frame>,
    /// The client's name and the way back there.
    pub back: Option<(String, PostLogoutUrl)>,
    /// Whether it goes there by itself, once the applications know.
    pub goes_on: bool,
}

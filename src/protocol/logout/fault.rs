//! What can be wrong with a logout request. It is shown to the person, never sent anywhere
//! (OIDC RP-Initiated Logout section 4).

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoutFault {
    /// A parameter is repeated, or is not text, or there are too many.
    Unreadable,
    /// `id_token_hint` is no ID Token that was issued here.
    BadHint,
    /// `client_id` is not the one of the hint.
    ClientMismatch,
    /// The client of the hint or of `client_id` is not registered.
    UnknownClient,
    /// `post_logout_redirect_uri` is not one of that client.
    UnregisteredAddress,
    /// The form of the confirm page: not from here, or not made here.
    Form,
}

impl LogoutFault {
    /// The name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::BadHint => "bad_hint",
            Self::ClientMismatch => "client_mismatch",
            Self::UnknownClient => "unknown_client",
            Self::UnregisteredAddress => "unregistered_post_logout_redirect_uri",
            Self::Form => "form",
        }
    }
}

//! What the handlers share.

use std::sync::Arc;
use std::time::Duration;

use super::origins::ClientOrigins;
use crate::clock::Clock;
use crate::domain::issuer::Issuer;
use crate::entropy::Entropy;
use crate::protocol::applications::Applications;
use crate::protocol::authorize::Authorization;
use crate::protocol::discovery::Documents;
use crate::protocol::health::Readiness;
use crate::protocol::introspection::Introspection;
use crate::protocol::key_adoption::KeyAdoption;
use crate::protocol::logout::Logout;
use crate::protocol::revocation::Revocation;
use crate::protocol::token::Token;
use crate::protocol::userinfo::Userinfo;

/// The services behind the endpoints.
pub struct Web {
    /// The authorization endpoint and the callbacks.
    pub authorization: Authorization,
    /// What people gave to which applications.
    pub applications: Applications,
    /// The end-session endpoint.
    pub logout: Logout,
    /// The token endpoint.
    pub token: Token,
    /// The UserInfo endpoint.
    pub userinfo: Userinfo,
    /// The introspection endpoint.
    pub introspection: Introspection,
    /// The revocation endpoint.
    pub revocation: Revocation,
    /// Whose script may read answers.
    pub origins: ClientOrigins,
    /// Metadata and JWKS.
    pub documents: Documents,
    /// Who has fetched which keys.
    pub adoption: Arc<KeyAdoption>,
    /// Readiness.
    pub readiness: Readiness,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for correlation ids.
    pub entropy: Arc<dyn Entropy>,
    /// The rest.
    pub settings: Settings,
}

/// What pages and cookies depend on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer: its scheme decides the cookies' attributes.
    pub issuer: Issuer,
    /// `[pages] contact`
    pub contact: Option<String>,
    /// How long a browser keeps the session cookie.
    pub session_cookie: Duration,
}

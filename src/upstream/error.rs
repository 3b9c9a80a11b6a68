//! Why an upstream did not vouch for a person: a closed set of causes, each with what the
//! upstream itself said about it.

use std::fmt;
use std::net::IpAddr;

use crate::domain::identity::Link;

/// A failed sign-in upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamError {
    /// What went wrong.
    pub cause: Cause,
    /// What the upstream said.
    pub detail: Box<Detail>,
    /// Whom it said it about, where that was known already.
    pub person: Option<Box<Link>>,
}

/// The causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The person said no on the upstream's page.
    Denied,
    /// The browser brought no code, or two that differ.
    InvalidAnswer,
    /// The code is unknown, used or expired.
    CodeRefused,
    /// Not a member of the organisation: never was, has left, or is not in yet.
    NotAMember,
    /// Known to the organisation as somebody from outside.
    ExternalContact,
    /// The person chose another organisation.
    OtherOrganisation,
    /// The person's account is disabled.
    PersonDisabled,
    /// The person is outside what the application may see.
    OutsideRange,
    /// The application's id or secret is wrong.
    CredentialsRefused,
    /// The application lacks a permission.
    PermissionMissing,
    /// Our address is not on the application's list.
    AddressNotAllowed,
    /// The application or the organisation is disabled.
    ApplicationDisabled,
    /// A fresh application token was refused.
    TokenRefused,
    /// Too many calls.
    Throttled,
    /// The month's calls are used up.
    QuotaSpent,
    /// The upstream is busy or broken.
    Busy,
    /// The upstream failed and did not say why: repeating the call would not help.
    Failed,
    /// A firewall in front of the upstream answered in its place.
    Blocked,
    /// No answer in time.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable,
    /// An answer that can't be read, or lacks what it must have.
    Unintelligible,
    /// An answer with a code that we have no rule for.
    Unexpected,
}

/// Whose doing a failure is, which decides what is said and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The person's, or the person's account: `access_denied`.
    Person,
    /// The browser came too late, or twice: try again.
    Timing,
    /// The operator's: nothing helps until it is set right.
    Operator,
    /// The upstream's: it passes.
    Upstream,
}

impl Cause {
    /// Whose doing it is.
    #[must_use]
    pub const fn blame(self) -> Blame {
        match self {
            Self::Denied
            | Self::NotAMember
            | Self::ExternalContact
            | Self::OtherOrganisation
            | Self::PersonDisabled => Blame::Person,
            Self::InvalidAnswer | Self::CodeRefused => Blame::Timing,
            Self::OutsideRange
            | Self::CredentialsRefused
            | Self::PermissionMissing
            | Self::AddressNotAllowed
            | Self::ApplicationDisabled
            | Self::TokenRefused
            | Self::QuotaSpent
            | Self::Unexpected => Blame::Operator,
            Self::Throttled
            | Self::Busy
            | Self::Failed
            | Self::Blocked
            | Self::TimedOut
            | Self::Unreachable
            | Self::Unintelligible => Blame::Upstream,
        }
    }

    /// Its name in logs and on the error page.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::InvalidAnswer => "invalid_answer",
            Self::CodeRefused => "code_refused",
            Self::NotAMember => "not_a_member",
            Self::ExternalContact => "external_contact",
            Self::OtherOrganisation => "other_organisation",
            Self::PersonDisabled => "person_disabled",
            Self::OutsideRange => "outside_range",
            Self::CredentialsRefused => "credentials_refused",
            Self::PermissionMissing => "permission_missing",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::ApplicationDisabled => "application_disabled",
            Self::TokenRefused => "token_refused",
            Self::Throttled => "throttled",
            Self::QuotaSpent => "quota_spent",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Unintelligible => "unintelligible",
            Self::Unexpected => "unexpected",
        }
    }

    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Throttled | Self::Busy | Self::TimedOut | Self::Unreachable
        )
    }
}

/// What the upstream said, in its own words where they are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Which call.
    pub call: &'static str,
    /// Its error code.
    pub code: Option<String>,
    /// Its request id.
    pub request_id: Option<String>,
    /// The permission that is missing.
    pub permission: Option<String>,
    /// Where the permission is applied for.
    pub apply_link: Option<String>,
    /// Our own address as the upstream saw it, where that is what it refused.
    pub address: Option<IpAddr>,
}

impl UpstreamError {
    /// A failure about which the upstream said nothing.
    #[must_use]
    pub fn bare(cause: Cause, call: &'static str) -> Self {
        Self {
            cause,
            detail: Box::new(Detail {
                call,
                ..Detail::default()
            }),
            person: None,
        }
    }
}

impl fmt::Display for UpstreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.cause.as_str(), self.detail.call)?;
        if let Some(code) = &self.detail.code {
            write!(f, ", code {code}")?;
        }
        if let Some(id) = &self.detail.request_id {
            write!(f, ", request id {id}")?;
        }
        if let Some(permission) = &self.detail.permission {
            write!(f, ", missing permission {permission}")?;
        }
        if let Some(address) = &self.detail.address {
            write!(f, ", our address {address}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UpstreamError {}

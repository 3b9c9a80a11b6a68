//! What the pages say. One struct, one constant per language: a missing translation does not
//! compile.

mod en;
mod logout;
mod zh;

use crate::domain::locale::Locale;
use crate::domain::person_claim::PersonClaim;
use crate::domain::scope::Scope;
use crate::protocol::authorize::{Cause, DisplayedCause, Problem};
use logout::LogoutText;

/// The texts of one language.
pub(super) struct Text {
    /// `lang` of the page.
    pub(super) lang: &'static str,
    /// The product's name, with what it is.
    pub(super) brand: &'static str,
    pub(super) home: Message,
    pub(super) choose_title: &'static str,
    /// Before the client's name.
    pub(super) choose_lead: (&'static str, &'static str),
    pub(super) returning: Returning,
    pub(super) consent: Consent,
    pub(super) applications: Applications,
    /// Between the names of a list.
    pub(super) list_separator: &'static str,
    gifts: Gifts,
    claims: ClaimNames,
    pub(super) try_again: &'static str,
    pub(super) other_account: &'static str,
    /// Around the client's name.
    pub(super) back_to: (&'static str, &'static str),
    pub(super) to_start: &'static str,
    pub(super) contact: &'static str,
    pub(super) details: &'static str,
    pub(super) reference: &'static str,
    pub(super) cause: &'static str,
    pub(super) call: &'static str,
    pub(super) upstream_code: &'static str,
    pub(super) upstream_request: &'static str,
    pub(super) permission: &'static str,
    pub(super) our_address: &'static str,
    pub(super) apply: &'static str,
    pub(super) not_found: Message,
    pub(super) logout: LogoutText,
    missing_client: Message,
    unknown_client: Message,
    missing_redirect: Message,
    unregistered_redirect: Message,
    unreadable: Message,
    flow_lost: Message,
    already_done: Message,
    unknown_upstream: Message,
    denied: Message,
    not_a_member: Message,
    external_contact: Message,
    other_organisation: Message,
    person_disabled: Message,
    blocked: Message,
    wrong_person: Message,
    timing: Message,
    upstream_down: Message,
    throttled: Message,
    quota_spent: Message,
    outside_range: Message,
    permission_missing: Message,
    set_up: Message,
    broken: Message,
}

/// The page that posts an answer.
pub(super) struct Returning {
    pub(super) title: &'static str,
    /// Around the client's name.
    pub(super) lead: (&'static str, &'static str),
    pub(super) go: &'static str,
}

/// The question for consent.
pub(super) struct Consent {
    pub(super) title: &'static str,
    /// Around the client's name, and what it wants.
    pub(super) heading: (&'static str, &'static str, &'static str),
    /// Something was agreed to before.
    pub(super) more: &'static str,
    pub(super) new: &'static str,
    pub(super) allow: &'static str,
    pub(super) refuse: &'static str,
    /// Around the person's name.
    pub(super) signed_in_as: (&'static str, &'static str),
    pub(super) policy: &'static str,
    pub(super) terms: &'static str,
    pub(super) later: &'static str,
}

/// The list of what a person gave to whom.
pub(super) struct Applications {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) none: &'static str,
    /// Nobody is signed in: what, and what to do.
    pub(super) nobody: (&'static str, &'static str),
    /// Around a day.
    pub(super) since: (&'static str, &'static str),
    pub(super) withdraw: &'static str,
}

/// What a scope gives, in words.
pub(super) struct Gift {
    pub(super) title: &'static str,
    pub(super) words: &'static str,
}

struct Gifts {
    openid: Gift,
    profile: Gift,
    email: Gift,
    phone: Gift,
    groups: Gift,
    dingtalk: Gift,
    offline: Gift,
}

/// Claims by name.
struct ClaimNames {
    name: &'static str,
    nickname: &'static str,
    picture: &'static str,
    username: &'static str,
    updated_at: &'static str,
    locale: &'static str,
    zoneinfo: &'static str,
    email: &'static str,
    email_verified: &'static str,
    phone: &'static str,
    phone_verified: &'static str,
    groups: &'static str,
    userid: &'static str,
    unionid: &'static str,
    corpid: &'static str,
    title: &'static str,
    job_number: &'static str,
}

/// What happened, and what to do.
pub(super) struct Message {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) advice: &'static str,
}

impl Text {
    /// The texts of a language; Chinese where none was asked for that we speak.
    pub(super) const fn of(locale: Option<Locale>) -> &'static Self {
        match locale {
            Some(Locale::English) => &en::TEXT,
            Some(Locale::Chinese) | None => &zh::TEXT,
        }
    }

    /// The words for what a scope gives.
    pub(super) const fn gift(&self, scope: Scope) -> &Gift {
        match scope {
            Scope::Openid => &self.gifts.openid,
            Scope::Profile => &self.gifts.profile,
            Scope::Email => &self.gifts.email,
            Scope::Phone => &self.gifts.phone,
            Scope::Groups => &self.gifts.groups,
            Scope::Dingtalk => &self.gifts.dingtalk,
            Scope::OfflineAccess => &self.gifts.offline,
        }
    }

    /// The words for a claim.
    pub(super) const fn claim(&self, claim: PersonClaim) -> &'static str {
        match claim {
            PersonClaim::Name => self.claims.name,
            PersonClaim::Nickname => self.claims.nickname,
            PersonClaim::Picture => self.claims.picture,
            PersonClaim::PreferredUsername | PersonClaim::Username => self.claims.username,
            PersonClaim::UpdatedAt => self.claims.updated_at,
            PersonClaim::Locale => self.claims.locale,
            PersonClaim::Zoneinfo => self.claims.zoneinfo,
            PersonClaim::Email => self.claims.email,
            PersonClaim::EmailVerified => self.claims.email_verified,
            PersonClaim::PhoneNumber | PersonClaim::Phone => self.claims.phone,
            PersonClaim::PhoneNumberVerified => self.claims.phone_verified,
            PersonClaim::Groups => self.claims.groups,
            PersonClaim::DingtalkUserid => self.claims.userid,
            PersonClaim::DingtalkUnionid => self.claims.unionid,
            PersonClaim::DingtalkCorpid => self.claims.corpid,
            PersonClaim::Title => self.claims.title,
            PersonClaim::JobNumber => self.claims.job_number,
        }
    }

    /// The words for a problem.
    pub(super) const fn message(&self, problem: &Problem) -> &Message {
        match problem {
            Problem::BadRequest(cause) => match cause {
                DisplayedCause::MissingClient => &self.missing_client,
                DisplayedCause::UnknownClient => &self.unknown_client,
                DisplayedCause::MissingRedirectUri => &self.missing_redirect,
                DisplayedCause::UnregisteredRedirectUri => &self.unregistered_redirect,
                DisplayedCause::Unreadable => &self.unreadable,
            },
            Problem::FlowLost => &self.flow_lost,
            Problem::AlreadyDone { .. } => &self.already_done,
            Problem::UnknownUpstream => &self.unknown_upstream,
            Problem::Blocked { .. } => &self.blocked,
            Problem::WrongPerson { .. } => &self.wrong_person,
            Problem::Broken { .. } => &self.broken,
            Problem::Upstream(upstream) => match upstream.error.cause {
                Cause::Denied => &self.denied,
                Cause::NotAMember => &self.not_a_member,
                Cause::ExternalContact => &self.external_contact,
                Cause::OtherOrganisation => &self.other_organisation,
                Cause::PersonDisabled => &self.person_disabled,
                Cause::InvalidAnswer | Cause::CodeRefused => &self.timing,
                Cause::Throttled => &self.throttled,
                Cause::QuotaSpent => &self.quota_spent,
                Cause::OutsideRange => &self.outside_range,
                Cause::PermissionMissing => &self.permission_missing,
                Cause::Busy
                | Cause::Failed
                | Cause::Blocked
                | Cause::TimedOut
                | Cause::Unreachable
                | Cause::Unintelligible => &self.upstream_down,
                Cause::CredentialsRefused
                | Cause::AddressNotAllowed
                | Cause::ApplicationDisabled
                | Cause::TokenRefused
                | Cause::Unexpected => &self.set_up,
            },
        }
    }
}

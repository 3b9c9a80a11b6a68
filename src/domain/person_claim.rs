//! The claims about a person, one by one, for requests that name them (OIDC Core section
//! 5.5). Each belongs to a scope: a client is given by name what it might have asked for by
//! scope, and nothing else, so that a short name is no way around a scope.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::scope::{Scope, Scopes};

/// A claim about a person that a scope can bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the claim of that name")]
pub enum PersonClaim {
    Name,
    Nickname,
    Picture,
    PreferredUsername,
    UpdatedAt,
    Locale,
    Zoneinfo,
    Username,
    Email,
    EmailVerified,
    PhoneNumber,
    PhoneNumberVerified,
    Phone,
    Groups,
    DingtalkUserid,
    DingtalkUnionid,
    DingtalkCorpid,
    Title,
    JobNumber,
}

impl PersonClaim {
    /// Every claim.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::Nickname,
        Self::Picture,
        Self::PreferredUsername,
        Self::UpdatedAt,
        Self::Locale,
        Self::Zoneinfo,
        Self::Username,
        Self::Email,
        Self::EmailVerified,
        Self::PhoneNumber,
        Self::PhoneNumberVerified,
        Self::Phone,
        Self::Groups,
        Self::DingtalkUserid,
        Self::DingtalkUnionid,
        Self::DingtalkCorpid,
        Self::Title,
        Self::JobNumber,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Nickname => "nickname",
            Self::Picture => "picture",
            Self::PreferredUsername => "preferred_username",
            Self::UpdatedAt => "updated_at",
            Self::Locale => "locale",
            Self::Zoneinfo => "zoneinfo",
            Self::Username => "username",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::PhoneNumber => "phone_number",
            Self::PhoneNumberVerified => "phone_number_verified",
            Self::Phone => "phone",
            Self::Groups => "groups",
            Self::DingtalkUserid => "dingtalk_userid",
            Self::DingtalkUnionid => "dingtalk_unionid",
            Self::DingtalkCorpid => "dingtalk_corpid",
            Self::Title => "title",
            Self::JobNumber => "job_number",
        }
    }

    /// The claim of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| claim.as_str() == name)
    }

    /// The scope that brings it.
    #[must_use]
    pub const fn scope(self) -> Scope {
        match self {
            Self::Name
            | Self::Nickname
            | Self::Picture
            | Self::PreferredUsername
            | Self::UpdatedAt
            | Self::Locale
            | Self::Zoneinfo
            | Self::Username => Scope::Profile,
            Self::Email | Self::EmailVerified => Scope::Email,
            Self::PhoneNumber | Self::PhoneNumberVerified | Self::Phone => Scope::Phone,
            Self::Groups => Scope::Groups,
            Self::DingtalkUserid
            | Self::DingtalkUnionid
            | Self::DingtalkCorpid
            | Self::Title
            | Self::JobNumber => Scope::Dingtalk,
        }
    }
}

/// A set of claims: a bit for each in memory. It is stored as names; one that this version
/// does not know is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClaimSet(u32);

impl ClaimSet {
    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Whether `claim` is in the set.
    #[must_use]
    pub const fn contains(&self, claim: PersonClaim) -> bool {
        self.0 & bit(claim) != 0
    }

    /// Each claim.
    pub fn iter(self) -> impl Iterator<Item = PersonClaim> {
        PersonClaim::ALL
            .into_iter()
            .filter(move |claim| self.contains(*claim))
    }

    /// The claims that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The scopes that would bring them.
    #[must_use]
    pub fn scopes(self) -> Scopes {
        self.iter().map(PersonClaim::scope).collect()
    }

    /// The claims that one of `scope` brings.
    #[must_use]
    pub fn within(self, scope: &Scopes) -> Self {
        self.iter()
            .filter(|claim| scope.contains(claim.scope()))
            .collect()
    }

    /// The claims that none of `scope` brings.
    #[must_use]
    pub fn beyond(self, scope: &Scopes) -> Self {
        self.iter()
            .filter(|claim| !scope.contains(claim.scope()))
            .collect()
    }
}

const fn bit(claim: PersonClaim) -> u32 {
    1 << claim as u32
}

impl FromIterator<PersonClaim> for ClaimSet {
    fn from_iter<I: IntoIterator<Item = PersonClaim>>(claims: I) -> Self {
        Self(claims.into_iter().fold(0, |set, claim| set | bit(claim)))
    }
}

impl Serialize for ClaimSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(PersonClaim::as_str))
    }
}

impl<'de> Deserialize<'de> for ClaimSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(names
            .iter()
            .filter_map(|name| PersonClaim::parse(name))
            .collect())
    }
}

//! Scopes: a closed set. Unknown ones are ignored (OIDC Core section 3.1.2.1), since
//! libraries send what they like.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A scope that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This is an OpenID Connect request.
    Openid,
    /// Name, nickname, picture, preferred_username, updated_at, locale, zoneinfo.
    Profile,
    /// email, email_verified.
    Email,
    /// phone_number, phone_number_verified.
    Phone,
    /// Departments and roles.
    Groups,
    /// DingTalk's own identifiers, title, job number.
    Dingtalk,
    /// Access while the person is away (OIDC Core section 11).
    OfflineAccess,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::Openid,
        Self::Profile,
        Self::Email,
        Self::Phone,
        Self::Groups,
        Self::Dingtalk,
        Self::OfflineAccess,
    ];

    /// The scope's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Groups => "groups",
            Self::Dingtalk => "dingtalk",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// A set of scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// The known scopes of a space-separated list.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        list.split(' ').filter_map(Scope::parse).collect()
    }

    /// The scopes of a space-separated list; nothing where one of them is unknown. For places
    /// where asking for more than there is has to be told (RFC 6749 section 6).
    #[must_use]
    pub fn parse_known(list: &str) -> Option<Self> {
        list.split(' ')
            .filter(|name| !name.is_empty())
            .map(Scope::parse)
            .collect()
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.0
            .iter()
            .copied()
            .filter(|scope| other.contains(*scope))
            .collect()
    }

    /// Whether every scope of this set is in the other one.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|scope| other.contains(*scope))
    }

    /// The scopes that are in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).copied().collect()
    }

    /// Each scope.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// This set without those scopes.
    #[must_use]
    pub fn without(&self, scopes: &[Scope]) -> Self {
        self.0
            .iter()
            .copied()
            .filter(|scope| !scopes.contains(scope))
            .collect()
    }

    /// Whether no scope is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set: Vec<Scope> = scopes.into_iter().collect();
        set.sort_unstable();
        set.dedup();
        Self(set)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

//! Scopes of an organisation's own services, which mean something there and nothing here
//! (RFC 6749 section 3.3): a machine client has them by its configuration, its tokens carry
//! them, and a service reads them by introspection. No claim of a person hangs from one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::scope::{Scope, Scopes};

/// A set of such scopes, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceScope(Vec<String>);

impl ServiceScope {
    /// Those names of a space-separated list that are none of our own scopes and are written
    /// as RFC 6749 section 3.3 has it.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in list.split(' ').filter(|name| is_token(name)) {
            if Scope::parse(name).is_none() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Self(names)
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let both = self.0.iter().filter(|name| other.0.contains(name));
        Self(both.cloned().collect())
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `scope` of an answer: our own scopes, then these; nothing where there are none.
    #[must_use]
    pub fn beside(&self, own: &Scopes) -> Option<String> {
        match (own.is_empty(), self.is_empty()) {
            (true, true) => None,
            (false, true) => Some(own.to_string()),
            (true, false) => Some(self.to_string()),
            (false, false) => Some(format!("{own} {self}")),
        }
    }
}

impl fmt::Display for ServiceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// `1*( %x21 / %x23-5B / %x5D-7E )`
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

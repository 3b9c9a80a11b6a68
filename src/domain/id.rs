//! Names of things. Each is a type of its own, so that no two can be mixed up.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::domain::secret::random_token;
use crate::entropy::Entropy;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// Wraps a name that has been checked, or that we made.
            #[must_use]
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A client's identifier (RFC 6749 section 2.2).
    ClientId
}
name! {
    /// The `sub` of a person: minted here, random, never reused (OIDC Core section 2).
    SubjectId
}
name! {
    /// The `sid` of a session: a random name that is safe to show to clients. It is never
    /// the value of the cookie (OIDC Back-Channel Logout section 2.1).
    Sid
}
name! {
    /// What an End-User gave a client at one sign-in; tokens hang from it.
    GrantId
}
name! {
    /// A family of refresh tokens. It is the first half of a secret, and so never logged.
    FamilyId
}
name! {
    /// One pending authorization of one browser.
    FlowId
}
name! {
    /// The `id` of an `[[upstream]]`; part of the callback's address.
    UpstreamId
}

/// Bytes of randomness in a public identifier.
const PUBLIC_ID_BYTES: usize = 16;

macro_rules! minted {
    ($($type:ident),*) => {$(
        impl $type {
            /// A new random name of 128 bits.
            #[must_use]
            pub fn mint(entropy: &dyn Entropy) -> Self {
                Self(random_token::<PUBLIC_ID_BYTES>(entropy))
            }
        }
    )*};
}
minted!(SubjectId, Sid, GrantId, FamilyId, FlowId);

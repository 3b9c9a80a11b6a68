//! What the operator may ask of the keys. What breaks something is asked twice: once with
//! `dry_run`, which answers what would break and the generation of the keys that it was
//! reckoned from, and once with that generation as `expected_generation`, so that what is done
//! is what was shown.

use serde::{Deserialize, Serialize};

use super::{SecretText, SetName};
use crate::domain::id::ClientId;
use crate::domain::signing_alg::SigningAlg;

/// A question and the conditions of its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// What is asked.
    pub ask: KeyQuestion,
    /// Only say what would happen. A question that changes nothing takes no notice of it.
    #[serde(default)]
    pub dry_run: bool,
    /// Do it only if the keys are still those of that generation. Must be said for what
    /// breaks something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_generation: Option<u64>,
}

impl KeyRequest {
    /// The question alone.
    #[must_use]
    pub const fn new(ask: KeyQuestion) -> Self {
        Self {
            ask,
            dry_run: false,
            expected_generation: None,
        }
    }

    /// The same, to be told what would happen.
    #[must_use]
    pub const fn dry(mut self) -> Self {
        self.dry_run = true;
        self.expected_generation = None;
        self
    }

    /// The same, to be done to the keys of that generation and no others.
    #[must_use]
    pub const fn expecting(mut self, generation: u64) -> Self {
        self.dry_run = false;
        self.expected_generation = Some(generation);
        self
    }
}

/// What is asked. Tagged from outside: serde reads such an enum without a copy in between, and
/// secrets are among what it reads. A `kid` is a whole one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyQuestion {
    /// All keys. Answered by [`super::KeyAnswer::Keys`].
    List,
    /// How things stand, set by set and client by client.
    /// Answered by [`super::KeyAnswer::Status`].
    Status,
    /// Makes a key: the set's next one, or its first.
    Generate {
        /// Of which set.
        algorithm: SetName,
    },
    /// The next key takes over, as soon as it has been published for long enough; it is made
    /// where there is none.
    Rotate {
        /// Of which set; of all that there are where none is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        algorithm: Option<SetName>,
        /// At once, published or not: breaks something.
        #[serde(default)]
        now: bool,
    },
    /// That next key takes over, as soon as it has been published for long enough.
    Promote {
        /// Which.
        kid: String,
        /// At once, published or not: breaks something.
        #[serde(default)]
        now: bool,
    },
    /// That key ceases to sign, or a next one won't.
    Retire {
        /// Which.
        kid: String,
    },
    /// That key is known to others: it is neither published nor believed any more, and what
    /// it signed is ended. Breaks something.
    Revoke {
        /// Which.
        kid: String,
        /// Sign-ins that it was used for go on.
        #[serde(default)]
        keep_sessions: bool,
    },
    /// Brings a key in: the set's next one, or its first.
    Import {
        /// A private key: PEM (PKCS #1, PKCS #8, SEC 1) or a JWK.
        text: SecretText,
        /// What opens it, where it is encrypted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passphrase: Option<SecretText>,
        /// What it signs with; where none is said, what it says itself, or what its kind
        /// signs with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        algorithm: Option<SigningAlg>,
        /// Its name; where none is said, the one that it has, or its thumbprint (RFC 7638).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
    },
    /// A copy of a key. Answered by [`super::KeyAnswer::Exported`].
    Export {
        /// Which.
        kid: String,
        /// The private half too; the audit log tells of it first.
        #[serde(default)]
        private: bool,
        /// How it is written.
        format: KeyFormat,
        /// What the private half is encrypted with; PEM alone can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passphrase: Option<SecretText>,
    },
    /// Writes the files of all private halves anew, as the configuration says now: under its
    /// passphrase, or in plain. Changes no key. Answered by [`super::KeyAnswer::Rewritten`], also
    /// where it is `dry_run`. Something breaks where encryption is taken off.
    Rewrite {
        /// The passphrase that the asker finds in the configuration. Who was started with
        /// another one refuses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passphrase: Option<SecretText>,
    },
    /// Tokens of a client go on being signed with a key.
    Pin {
        /// Whose.
        client: ClientId,
        /// With which: one that is active or retired, of the client's algorithm.
        kid: String,
        /// Until that moment, in milliseconds.
        until: i64,
    },
    /// A client's tokens are signed as all others are.
    Unpin {
        /// Whose.
        client: ClientId,
    },
}

/// How a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFormat {
    /// PKCS #8, or SubjectPublicKeyInfo for a public half.
    Pem,
    /// JSON Web Key.
    Jwk,
}

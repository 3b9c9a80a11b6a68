//! Keys: who signs, what is published, and the keys that seal cookies and access tokens.
//! Private keys leave this module neither in bytes nor in a log. RSA keys are generated and
//! parsed by `rsa` and sign through aws-lc-rs alone (RUSTSEC-2023-0071).

mod custody;
mod exported;
mod files;
mod formats;
mod jws;
mod key_kind;
mod kid;
mod list;
pub mod model;
mod prepared;
mod private_key;
mod public_key;
mod ring;
pub mod rotation;
mod sealing;
mod succession;

use jsonwebtoken::jwk::Jwk;

use crate::domain::signing_alg::SigningAlg;

pub use custody::{
    ActError, Acted, Custody, Fault, Kept, KeptFile, ListKeeper, Locked, Looked, Remembered,
    Rewriting, Settings, Snapshot, Wish,
};
pub use files::{can_write, is_encrypted};
pub use formats::{KeyFormatError, SealingKey};
pub use jws::{OwnToken, TokenType, VerifyError, sign};
pub use key_kind::{KeyKind, KeyNotMade};
pub use kid::{BadKid, check_kid, kid_in_file_name};
pub use prepared::{PrepareError, PreparedKey};
pub use private_key::PrivateKey;
pub use public_key::{PublicKey, PublicKeyError};
pub use ring::{Keyring, PublishedKeys};
pub use sealing::{Purpose, Sealer};
pub use succession::{open_successor, seal_successor};

/// A key that signs, prepared once. The only seam that hardware keys will need.
pub trait Signer: Send + Sync {
    /// The key's name in headers and JWKS.
    fn kid(&self) -> &str;
    /// The algorithm that it signs with.
    fn algorithm(&self) -> SigningAlg;
    /// Signs the bytes of a JWS signing input (RFC 7515 section 5.1).
    ///
    /// # Errors
    /// [`SigningFailed`] when the cryptographic library refuses.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningFailed>;
    /// The public half, with `kid`, `alg` and `use`.
    fn public_jwk(&self) -> Jwk;
}

/// A signature could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signature could not be made")]
pub struct SigningFailed;

/// Why the keys can't be used, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// Reading or writing a file failed.
    #[error("{path}: {reason}")]
    File {
        /// The file or folder.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// Others than the owner (and, for reading, the group) can get at a key.
    #[error(
        "{path} has mode {mode:04o}: others can get at this key; run: chmod 600 {path} (0640 is the widest that is accepted)"
    )]
    OpenToOthers {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// Others than the owner can change what decides which key signs.
    #[error(
        "{path} has mode {mode:04o}: others can write there and put a key in place of ours; run: chmod go-w {path}"
    )]
    WritableByOthers {
        /// The folder or the list.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// Not what its name promises.
    #[error("{path} is not {expected}: {reason}")]
    NotAKey {
        /// The file.
        path: String,
        /// What should be there.
        expected: &'static str,
        /// Why it is not; never a part of the key.
        reason: String,
    },
    /// Encrypted, and not with a passphrase that is known here.
    #[error("{path} can't be opened: {locked}")]
    Locked {
        /// The file.
        path: String,
        /// Why it stays closed, and what to run.
        locked: Locked,
    },
    /// The list of keys contradicts the files.
    #[error("{path}: {reason}")]
    State {
        /// The list.
        path: String,
        /// The contradiction.
        reason: String,
    },
}

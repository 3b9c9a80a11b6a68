//! What can be written after each command of `dingpass keys`. No secret is an argument: a key
//! or a passphrase comes from a file or from standard input, since anybody on the machine can
//! read a command line.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::moments::Until;
use crate::domain::signing_alg::SigningAlg;
use crate::operator::keys::{KeyFormat, SetName};

#[derive(Debug, Args)]
pub(super) struct List {
    /// Whole kids, and how long each key has been published.
    #[arg(long)]
    pub(super) long: bool,
    /// One JSON object, in place of a table.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Status {
    /// One JSON object, in place of tables.
    #[arg(long)]
    pub(super) json: bool,
}

/// What every command has that changes something.
#[derive(Debug, Args)]
pub(super) struct Changing {
    /// Only show what would happen and when, on the clock at the wall.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Don't ask before something breaks; for scripts.
    #[arg(long)]
    pub(super) yes: bool,
    /// One JSON object, in place of words.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Generate {
    /// What it signs with: RS256, PS256, ES256 or EdDSA; A256GCM for a key that seals cookies.
    pub(super) algorithm: SetName,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Which set of keys; all, if none is said.
    pub(super) algorithm: Option<SetName>,
    /// At once, though applications may not have the next key.
    #[arg(long)]
    pub(super) now: bool,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Promote {
    /// The key, or the first 4 characters or more of its name.
    #[arg(allow_hyphen_values = true)]
    pub(super) kid: String,
    /// At once, though applications may not have it.
    #[arg(long)]
    pub(super) now: bool,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Retire {
    /// The key, or the first 4 characters or more of its name.
    #[arg(allow_hyphen_values = true)]
    pub(super) kid: String,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// The key, or the first 4 characters or more of its name.
    #[arg(allow_hyphen_values = true)]
    pub(super) kid: String,
    /// Don't end the sessions and refresh tokens: only for a key that nobody else knows.
    #[arg(long)]
    pub(super) keep_sessions: bool,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The private key; - reads it from standard input.
    #[arg(value_name = "FILE")]
    pub(super) from: PathBuf,
    /// The file of the passphrase that opens it.
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
    /// Its name in headers and JWKS [default: the one that it has, or its thumbprint].
    #[arg(long, allow_hyphen_values = true)]
    pub(super) kid: Option<String>,
    /// What it signs with: RS256, PS256, ES256 or EdDSA [default: what it says, or RS256 for RSA].
    #[arg(long, value_parser = algorithm)]
    pub(super) algorithm: Option<SigningAlg>,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Rewrite {
    /// The file of the passphrase under which the files are until now; no server may run.
    #[arg(long, value_name = "FILE")]
    pub(super) old_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The key, or the first 4 characters or more of its name.
    #[arg(allow_hyphen_values = true)]
    pub(super) kid: String,
    /// The private half: who has it can sign as this server does.
    #[arg(long, requires = "out")]
    pub(super) private: bool,
    /// A new file; - is standard output, which is the default for a public half.
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Pem)]
    pub(super) format: Format,
    /// The file of a passphrase to encrypt the private half with.
    #[arg(long, value_name = "FILE", requires = "private")]
    pub(super) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Pin {
    /// Which application.
    #[arg(value_name = "CLIENT_ID", allow_hyphen_values = true)]
    pub(super) client: String,
    /// The key, or the first 4 characters or more of its name.
    #[arg(long, allow_hyphen_values = true)]
    pub(super) kid: String,
    /// The last day, like 2027-01-31; a moment, like 2027-01-31T18:00; or so long, like 30d.
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Until,
    #[command(flatten)]
    pub(super) changing: Changing,
}

#[derive(Debug, Args)]
pub(super) struct Unpin {
    /// Which application.
    #[arg(value_name = "CLIENT_ID", allow_hyphen_values = true)]
    pub(super) client: String,
    #[command(flatten)]
    pub(super) changing: Changing,
}

/// How an exported key is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    /// PKCS#8, or SubjectPublicKeyInfo for a public half.
    Pem,
    /// JSON Web Key.
    Jwk,
}

impl From<Format> for KeyFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Pem => Self::Pem,
            Format::Jwk => Self::Jwk,
        }
    }
}

fn algorithm(text: &str) -> Result<SigningAlg, &'static str> {
    SigningAlg::parse(text).ok_or("one of RS256, PS256, ES256 and EdDSA")
}

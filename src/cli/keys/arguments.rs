//! What can be written after `dingpass keys`. The texts are for somebody who reads them at
//! three in the morning with a leaked key: what it does, what breaks, what to type.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::moments::Until;
use crate::domain::signing_alg::SigningAlg;
use crate::operator::keys::{KeyFormat, SetName};

/// Which part of the keys' care, and where the server is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The file of configuration.
    #[arg(
        long,
        short,
        global = true,
        value_name = "FILE",
        default_value = "dingpass.toml"
    )]
    pub(super) config: PathBuf,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// All keys: what each one does, since when, and what happens to it next.
    ///
    /// KID is cut to as much as names one key: every command takes that.
    #[command(after_help = "\
States:
  next       published, does not sign yet
  active     signs
  retired    published while tokens that it signed are good, does not sign any more
  withdrawn  not published any more, still recognises an old ID Token at logout
  revoked    believed by nobody; its name never comes back

Example:
  dingpass keys list --long")]
    List(List),
    /// Who signs, what comes next, and which applications have the next key.
    ///
    /// An application is `ready` if it fetched the keys when the next one was among them, `stale`
    /// if its last fetch was before that, `unknown` if none of its fetches could be told from
    /// others'. Where there is no next key, this is about the one that signs.
    #[command(after_help = "\
Fetches are known to be an application's
  by address  they come from where it authenticates at the token endpoint
  by alias    they come to the address of its own, /jwks/CLIENT_ID

Exit codes, for whatever watches:
  0  nothing to do
  1  it could not be found out
  3  somebody should look: the folder of keys has a fault, a rotation that is due can't happen,
     nothing signs, or a stale application needs something done

Example:
  dingpass keys status --json")]
    Status(Status),
    /// Make a key, published but not signing yet.
    ///
    /// It becomes the next key of its set and takes over by the schedule, or by `rotate` or
    /// `promote`. The very first key of a set signs at once. Nothing breaks.
    #[command(after_help = "\
Example:
  dingpass keys generate RS256")]
    Generate(Generate),
    /// Go over to the next key, in good order: no application notices.
    ///
    /// The next key is made, if there is none, and takes over once it has been published for
    /// publish_before, and at least for jwks_max_age. The old key stays published while tokens
    /// that it signed are good.
    ///
    /// --now is for emergencies: the next key signs at once, and applications that go by their
    /// cache refuse sign-ins until they fetch the keys. What breaks is shown first, and asked.
    /// A key that others know must be revoked, not rotated.
    #[command(after_help = "\
Examples:
  dingpass keys rotate --dry-run
  dingpass keys rotate RS256
  dingpass keys rotate RS256 --now")]
    Rotate(Rotate),
    /// Let a certain next key take over, once it has been published for long enough.
    ///
    /// With --now at once, which breaks sign-ins at applications that don't have it: what breaks
    /// is shown first, and asked.
    #[command(after_help = "\
Example:
  dingpass keys promote q7Gh1234")]
    Promote(Promote),
    /// Let a key cease to sign; what it signed stays good.
    ///
    /// For a next key: it won't sign. The key that signs now can only go if another one can take
    /// its place. Not for a key that leaked: revoke that one.
    #[command(after_help = "\
Example:
  dingpass keys retire q7Gh1234 --dry-run")]
    Retire(Retire),
    /// Disown a key that others know: nothing that it signed is believed any more.
    ///
    /// The key is neither published nor used from now on, and its file is removed. The sessions
    /// and refresh tokens that came with its ID Tokens are ended, and applications that asked for
    /// it are told by back-channel logout; people sign in again. If it signs now, the next key
    /// takes over at once. It can't be undone: what breaks is shown first, and asked.
    ///
    /// Applications refuse its tokens as soon as they fetch the keys, which can't be hastened.
    #[command(after_help = "\
Examples:
  dingpass keys revoke q7Gh1234 --dry-run
  dingpass keys revoke q7Gh1234")]
    Revoke(Revoke),
    /// Bring a private key in; it becomes the next key of its set.
    ///
    /// PEM (PKCS#1, PKCS#8, encrypted PKCS#8, EC) or a JWK. To move here from another provider
    /// without an application's notice, give it the kid that it had there.
    #[command(after_help = "\
Examples:
  dingpass keys import old.pem --kid 2024-03 --algorithm RS256
  dingpass keys import sealed.pem --passphrase-file pass.txt
  vault kv get -field=key secret/oidc | dingpass keys import -")]
    Import(Import),
    /// Copy a key out: its public half, unless --private is said.
    ///
    /// A private key goes into a new file that only you can read, never over an existing one;
    /// the audit log tells of it.
    #[command(after_help = "\
Examples:
  dingpass keys export q7Gh1234
  dingpass keys export q7Gh1234 --private --out backup.pem --passphrase-file pass.txt")]
    Export(Export),
    /// Keep an application with an older key until a date.
    ///
    /// For one that has the key written down and can't be changed in time: its tokens go on being
    /// signed with that key, which stays published.
    #[command(after_help = "\
Example:
  dingpass keys pin payroll --kid q7Gh1234 --until 2027-01-31")]
    Pin(Pin),
    /// End that: the application gets what all others get.
    #[command(after_help = "\
Example:
  dingpass keys unpin payroll")]
    Unpin(Unpin),
}

impl Command {
    /// What it has where it changes something.
    const fn changing(&self) -> Option<&Changing> {
        match self {
            Self::List(_) | Self::Status(_) | Self::Export(_) => None,
            Self::Generate(arguments) => Some(&arguments.changing),
            Self::Rotate(arguments) => Some(&arguments.changing),
            Self::Promote(arguments) => Some(&arguments.changing),
            Self::Retire(arguments) => Some(&arguments.changing),
            Self::Revoke(arguments) => Some(&arguments.changing),
            Self::Import(arguments) => Some(&arguments.changing),
            Self::Pin(arguments) => Some(&arguments.changing),
            Self::Unpin(arguments) => Some(&arguments.changing),
        }
    }

    /// Whether the answer is for a script.
    pub(super) fn as_json(&self) -> bool {
        match self {
            Self::List(arguments) => arguments.json,
            Self::Status(arguments) => arguments.json,
            Self::Export(_)
            | Self::Generate(_)
            | Self::Rotate(_)
            | Self::Promote(_)
            | Self::Retire(_)
            | Self::Revoke(_)
            | Self::Import(_)
            | Self::Pin(_)
            | Self::Unpin(_) => self.changing().is_some_and(|changing| changing.json),
        }
    }

    /// Whether files may be written.
    pub(super) fn changes(&self) -> bool {
        self.changing().is_some_and(|changing| !changing.dry_run)
    }
}

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

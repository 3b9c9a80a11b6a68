//! What can be written after `dingpass keys`. The texts are for somebody who reads them at
//! three in the morning with a leaked key: what it does, what breaks, what to type.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::options::{
    Changing, Export, Generate, Import, List, Pin, Promote, Retire, Revoke, Rewrite, Rotate,
    Status, Unpin,
};

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
  retired    does not sign any more; published while what it signed is good
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
  1  it could not be found out, or the server gave no answer for 15 seconds
  3  somebody should look: the folder of keys has a fault, a rotation that is
     due can't happen, nothing signs, or a stale application needs something
     done

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
    /// Bring the files of all keys under the passphrase that is configured now.
    ///
    /// Encrypts what lies there in plain. The keys, their names and states stay what they are, so
    /// nobody is signed out and no application notices. Where a server runs, it must have been
    /// started with that passphrase.
    ///
    /// For another passphrase than before: write the new one into the configuration, stop the
    /// server, run this with the old one in a file, and start the server. Where the configuration
    /// names none any more, the keys lie there in plain afterwards, which is asked first.
    ///
    /// If it is broken off, run it again: it does what is left.
    #[command(after_help = "\
Examples:
  dingpass keys rewrite --dry-run
  dingpass keys rewrite
  dingpass keys rewrite --old-passphrase-file old.txt")]
    Rewrite(Rewrite),
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
            Self::Rewrite(arguments) => Some(&arguments.changing),
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
            | Self::Rewrite(_)
            | Self::Pin(_)
            | Self::Unpin(_) => self.changing().is_some_and(|changing| changing.json),
        }
    }

    /// The file of the passphrase under which the keys are until now.
    pub(super) fn old_passphrase_file(&self) -> Option<&Path> {
        match self {
            Self::Rewrite(arguments) => arguments.old_passphrase_file.as_deref(),
            Self::List(_)
            | Self::Status(_)
            | Self::Export(_)
            | Self::Generate(_)
            | Self::Rotate(_)
            | Self::Promote(_)
            | Self::Retire(_)
            | Self::Revoke(_)
            | Self::Import(_)
            | Self::Pin(_)
            | Self::Unpin(_) => None,
        }
    }

    /// Whether files may be written.
    pub(super) fn changes(&self) -> bool {
        self.changing().is_some_and(|changing| !changing.dry_run)
    }
}

//! Where questions about the keys are answered: by the server that runs on this machine, or,
//! where none does, by the same office over the files and the store themselves.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use reqwest::Response;
use secrecy::SecretString;

use super::terminal::Sent;
use crate::app::{AtRestError, keys_at_rest};
use crate::cli::configuration::File;
use crate::cli::remote::Remote;
use crate::cli::say;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::operator::KEYS_PATH;
use crate::operator::keys::{
    Done, Exported, KeyAnswer, KeyList, KeyOffice, KeyQuestion, KeyRequest, KeyStatus, Planned,
    Refusal, RefusalCause, Rewritten, SecretText,
};

/// A no, with the words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{}", crate::cli::table::printable(&.0.words))]
pub(super) struct Refused(pub(super) Refusal);

/// Who answers.
pub(super) struct Desk<'s> {
    at: At,
    sent: &'s Sent,
}

enum At {
    Server(Remote),
    Rest(Box<Rest>),
}

/// The office of a server that does not run.
struct Rest {
    office: KeyOffice,
    uid: Option<u32>,
}

impl<'s> Desk<'s> {
    /// Finds the server, or opens what it would open. `changes` says whether something is to
    /// be written; `old_passphrase` opens files that are not under the one that is configured.
    pub(super) fn find(
        file: &File,
        changes: bool,
        old_passphrase: Option<SecretText>,
        sent: &'s Sent,
    ) -> anyhow::Result<Self> {
        let reach = file.reach()?;
        let socket = reach.admin.socket.as_deref();
        let at = match socket.map(Remote::reach).transpose()?.flatten() {
            Some(_) if old_passphrase.is_some() => return Err(server_runs().into()),
            Some(remote) => At::Server(remote),
            None => At::Rest(Box::new(at_rest(file, socket, changes, old_passphrase)?)),
        };
        Ok(Self { at, sent })
    }

    /// All keys.
    pub(super) async fn list(&self) -> anyhow::Result<KeyList> {
        match self.look(&KeyRequest::new(KeyQuestion::List)).await? {
            KeyAnswer::Keys(list) => Ok(list),
            other => Err(unexpected(&other)),
        }
    }

    /// How things stand.
    pub(super) async fn status(&self) -> anyhow::Result<KeyStatus> {
        match self.look(&KeyRequest::new(KeyQuestion::Status)).await? {
            KeyAnswer::Status(status) => Ok(status),
            other => Err(unexpected(&other)),
        }
    }

    /// What would happen.
    pub(super) async fn plan(&self, request: KeyRequest) -> anyhow::Result<Planned> {
        match self.look(&request.dry()).await? {
            KeyAnswer::Planned(planned) => Ok(planned),
            other => Err(unexpected(&other)),
        }
    }

    /// Does it.
    pub(super) async fn perform(&self, request: &KeyRequest) -> anyhow::Result<Done> {
        match self.ask_for_an_act(request).await? {
            KeyAnswer::Done(done) => Ok(done),
            other => Err(unexpected(&other)),
        }
    }

    /// A copy of a key.
    pub(super) async fn export(&self, request: &KeyRequest) -> anyhow::Result<Exported> {
        match self.ask_for_an_act(request).await? {
            KeyAnswer::Exported(exported) => Ok(exported),
            other => Err(unexpected(&other)),
        }
    }

    /// Which files would be written anew.
    pub(super) async fn would_rewrite(&self, request: KeyRequest) -> anyhow::Result<Rewritten> {
        match self.look(&request.dry()).await? {
            KeyAnswer::Rewritten(rewritten) => Ok(rewritten),
            other => Err(unexpected(&other)),
        }
    }

    /// Writes them anew.
    pub(super) async fn rewrite(&self, request: &KeyRequest) -> anyhow::Result<Rewritten> {
        match self.ask_for_an_act(request).await? {
            KeyAnswer::Rewritten(rewritten) => Ok(rewritten),
            other => Err(unexpected(&other)),
        }
    }

    async fn ask_for_an_act(&self, request: &KeyRequest) -> anyhow::Result<KeyAnswer> {
        self.sent.mark();
        let answer = match &self.at {
            At::Server(remote) => read(remote.ask_for_an_act(KEYS_PATH, request).await).await,
            At::Rest(rest) => Ok(rest.office.ask(request.clone(), rest.uid).await),
        };
        self.sent.clear();
        heard(answer?)
    }

    async fn look(&self, request: &KeyRequest) -> anyhow::Result<KeyAnswer> {
        heard(match &self.at {
            At::Server(remote) => read(remote.ask(KEYS_PATH, request).await).await?,
            At::Rest(rest) => rest.office.ask(request.clone(), rest.uid).await,
        })
    }
}

/// What a server answers.
async fn read(answer: anyhow::Result<Response>) -> anyhow::Result<KeyAnswer> {
    answer?
        .json::<KeyAnswer>()
        .await
        .context("the server's answer can't be read")
}

/// An answer that is no refusal.
fn heard(answer: KeyAnswer) -> anyhow::Result<KeyAnswer> {
    match answer {
        KeyAnswer::Refused(refusal) => Err(Refused(refusal).into()),
        KeyAnswer::Keys(_)
        | KeyAnswer::Status(_)
        | KeyAnswer::Planned(_)
        | KeyAnswer::Done(_)
        | KeyAnswer::Exported(_)
        | KeyAnswer::Rewritten(_) => Ok(answer),
    }
}

/// Opens the files themselves.
fn at_rest(
    file: &File,
    socket: Option<&Path>,
    changes: bool,
    old_passphrase: Option<SecretText>,
) -> anyhow::Result<Rest> {
    let place = file.key_place()?;
    let uid = own_uid();
    let old_passphrase = old_passphrase.map(|text| SecretString::from(text.expose()));
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let office = match keys_at_rest(place, clock, entropy, uid, changes, old_passphrase) {
        Err(error @ AtRestError::ServerRuns(_)) => bail!("{error}, but {}", nobody(socket)),
        opened => opened?,
    };
    say::wrong("No server is running; this works on its files.");
    Ok(Rest { office, uid })
}

/// A server reads its files under the passphrase that it was started with, and writes what it
/// makes under that one: it can't go over to another.
fn server_runs() -> Refused {
    Refused(Refusal {
        cause: RefusalCause::Passphrase,
        words: "nothing was done: a server runs, and goes by the passphrase that it was started \
                with; to go over to another one: name that in the configuration, stop the server, \
                run this again, and start the server"
            .to_owned(),
    })
}

/// Who runs this: the kernel shows each process its own folder in /proc.
fn own_uid() -> Option<u32> {
    let own = std::fs::metadata("/proc/self").ok()?;
    Some(own.uid())
}

/// An answer to another question than was asked.
fn unexpected(answer: &KeyAnswer) -> anyhow::Error {
    let what = match answer {
        KeyAnswer::Keys(_) => "a list",
        KeyAnswer::Status(_) => "a status",
        KeyAnswer::Planned(_) => "a plan",
        KeyAnswer::Done(_) => "an act",
        KeyAnswer::Exported(_) => "a key",
        KeyAnswer::Rewritten(_) => "names of files",
        KeyAnswer::Refused(_) => "a refusal",
    };
    anyhow::anyhow!("the server answers something else than was asked ({what})")
}

/// Why no server was found.
fn nobody(socket: Option<&Path>) -> String {
    socket.map_or_else(
        || "its operator's socket is off ([admin] socket)".to_owned(),
        |socket| {
            format!(
                "nobody answers at its operator's socket {}",
                socket.display()
            )
        },
    )
}

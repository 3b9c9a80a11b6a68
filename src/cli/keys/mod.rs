//! `dingpass keys`: the care of keys at the command line. What is asked and answered is
//! `operator::keys`; here it is read from arguments and shown, as a table or as JSON, and a
//! person is asked before something breaks. Answers go to standard output, words for people
//! to standard error. No secret is ever an argument.

mod acting;
mod arguments;
mod desk;
mod export;
mod files;
mod json;
mod list;
mod moments;
mod named;
mod options;
mod plan;
mod rewrite;
mod status;
mod terminal;
mod timeline;
mod words;

use std::process::ExitCode;

use super::configuration::File;
use super::{logs, say};
use crate::clock::{Clock as _, SystemClock};
use crate::domain::id::ClientId;
use crate::keyring::model::KeyUse;
use crate::operator::keys::{KeyQuestion, SetName};
pub(super) use arguments::Arguments;
use arguments::Command;
use desk::{Desk, Refused};
use list::NextSteps;
use terminal::Sent;

/// Somebody should look.
const LOOK: u8 = 3;

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logs::start_for_a_command()?;
    let file = File {
        config: arguments.config,
    };
    let command = arguments.command;
    let as_json = command.as_json();
    let outcome = super::block_on(async move {
        let sent = Sent::default();
        let interrupts = terminal::interrupts()?;
        tokio::select! {
            ended = work(&file, command, &sent) => ended,
            error = sent.interrupted(interrupts) => Err(error),
        }
    });
    if as_json
        && let Err(error) = &outcome
        && let Some(refused) = error.downcast_ref::<Refused>()
    {
        json::show(&serde_json::json!({ "refused": refused.0 }))?;
    }
    outcome
}

async fn work(file: &File, command: Command, sent: &Sent) -> anyhow::Result<ExitCode> {
    let old_passphrase = command.old_passphrase_file().map(files::passphrase);
    let desk = Desk::find(file, command.changes(), old_passphrase.transpose()?, sent)?;
    match command {
        Command::List(arguments) => {
            let (list, status) = (desk.list().await?, desk.status().await?);
            let steps = NextSteps::of(&status);
            if arguments.json {
                json::show(&list::json(&list, &steps)?)?;
            } else {
                if let Some(fault) = &list.folder.fault {
                    say::wrong(&format!("FAULT: {}", super::table::printable(fault)));
                }
                say::out(&list::table(&list, &steps, arguments.long))?;
            }
        }
        Command::Status(arguments) => {
            let status = desk.status().await?;
            let looked = status::needs_operator(&status);
            if arguments.json {
                json::show_with(&status, "needs_operator", looked)?;
            } else {
                say::out(&status::page(&status))?;
            }
            if looked {
                return Ok(ExitCode::from(LOOK));
            }
        }
        Command::Export(arguments) => export::run(&desk, arguments).await?,
        Command::Generate(arguments) => {
            let algorithm = arguments.algorithm;
            let ask = KeyQuestion::Generate { algorithm };
            acting::act(&desk, ask, Some(algorithm), &arguments.changing).await?;
        }
        Command::Rotate(arguments) => {
            let ask = KeyQuestion::Rotate {
                algorithm: arguments.algorithm,
                now: arguments.now,
            };
            acting::act(&desk, ask, arguments.algorithm, &arguments.changing).await?;
        }
        Command::Promote(arguments) => {
            let (kid, set) = named::key(&desk, &arguments.kid).await?;
            let now = arguments.now;
            let ask = KeyQuestion::Promote { kid, now };
            acting::act(&desk, ask, Some(set), &arguments.changing).await?;
        }
        Command::Retire(arguments) => {
            let (kid, set) = named::key(&desk, &arguments.kid).await?;
            let ask = KeyQuestion::Retire { kid };
            acting::act(&desk, ask, Some(set), &arguments.changing).await?;
        }
        Command::Revoke(arguments) => {
            let (kid, set) = named::key(&desk, &arguments.kid).await?;
            let keep_sessions = arguments.keep_sessions;
            let ask = KeyQuestion::Revoke { kid, keep_sessions };
            acting::act(&desk, ask, Some(set), &arguments.changing).await?;
        }
        Command::Import(arguments) => {
            let passphrase = arguments.passphrase_file.as_deref();
            let ask = KeyQuestion::Import {
                passphrase: passphrase.map(files::passphrase).transpose()?,
                text: files::key(&arguments.from)?,
                algorithm: arguments.algorithm,
                kid: arguments.kid,
            };
            let set = arguments.algorithm.map(|alg| SetName(KeyUse::Sign(alg)));
            acting::act(&desk, ask, set, &arguments.changing).await?;
        }
        Command::Rewrite(arguments) => {
            rewrite::run(&desk, file, &arguments.changing).await?;
        }
        Command::Pin(arguments) => {
            let (kid, set) = named::key(&desk, &arguments.kid).await?;
            let ask = KeyQuestion::Pin {
                client: ClientId::new(arguments.client),
                kid,
                until: arguments.until.from(SystemClock.now()),
            };
            acting::act(&desk, ask, Some(set), &arguments.changing).await?;
        }
        Command::Unpin(arguments) => {
            let client = ClientId::new(arguments.client);
            let ask = KeyQuestion::Unpin { client };
            acting::act(&desk, ask, None, &arguments.changing).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

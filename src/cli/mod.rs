//! The command line: arguments, exit codes, one clear sentence for whatever goes wrong.

mod audit;
mod check;
mod configuration;
mod demo;
mod healthcheck;
mod keys;
mod listen;
mod logs;
mod remote;
mod say;
mod serve;
mod sim;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An OpenID Connect broker that signs people in through DingTalk.
#[derive(Debug, Parser)]
#[command(name = "dingpass", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the broker.
    Serve(configuration::File),
    /// Look at a configuration: exits 0, or says everything that is wrong with it.
    Check(configuration::File),
    /// Run a simulated DingTalk.
    Sim(sim::Arguments),
    /// Run simulator, broker and a sample application on this machine, keeping nothing.
    Demo(demo::Arguments),
    /// Read the audit log: who signed in, what was refused, revoked and ended.
    Audit(audit::Arguments),
    /// Look after the keys: list, rotate, revoke, bring in and copy out.
    Keys(keys::Arguments),
    /// Ask a running broker whether it is alive: exits 0 or 1.
    Healthcheck(healthcheck::Arguments),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Check(file) => return check::run(&file),
        Command::Serve(file) => serve::run(&file),
        Command::Sim(arguments) => sim::run(arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Keys(arguments) => {
            return keys::run(arguments).unwrap_or_else(|error| failed(&error));
        }
        Command::Healthcheck(arguments) => healthcheck::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Says why, in one sentence.
fn failed(error: &anyhow::Error) -> ExitCode {
    say::wrong(&format!("dingpass: {error:#}"));
    ExitCode::FAILURE
}

/// Runs `work` on the asynchronous runtime.
fn block_on<F, T>(work: F) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

//! `dingpass audit`: asks the server that runs; without one, reads its database.

mod output;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::configuration::File;
use super::remote::Remote;
use super::{logs, say};
use crate::clock::{Clock as _, SystemClock, Timestamp};
use crate::config::{self, StoreLocation};
use crate::domain::event::EventKind;
use crate::domain::id::{ClientId, SubjectId};
use crate::operator::audit::{AuditLog, Query};
use crate::operator::{AUDIT_PATH, LEFT_OUT_HEADER};
use crate::store::{self, Location, StoreError};
use output::{Arrived, Output};

/// Which events, and how they are shown.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: File,
    /// Go on with events as they come; needs a running server.
    #[arg(long, short)]
    follow: bool,
    /// Not before: a moment like 2026-05-01T08:00:00+08:00, or so long ago, like 1h or 7d.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,
    /// Before: a moment, or so long ago.
    #[arg(long, value_name = "WHEN")]
    until: Option<When>,
    /// About this client.
    #[arg(long, value_name = "CLIENT_ID", allow_hyphen_values = true)]
    client: Option<String>,
    // Ours begin with any character of base64url, the hyphen among them.
    /// About this person.
    #[arg(long, value_name = "SUB", allow_hyphen_values = true)]
    subject: Option<String>,
    /// Of this kind; may be repeated.
    #[arg(long = "event", value_name = "NAME", value_parser = PossibleValuesParser::new(EventKind::NAMES))]
    events: Vec<String>,
    /// The latest so many of them; 0 for all.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    limit: u32,
    /// One JSON object a line, in place of a table.
    #[arg(long)]
    json: bool,
}

/// A moment, or how long ago.
#[derive(Clone, Copy, Debug)]
enum When {
    Ago(Duration),
    At(Timestamp),
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(ago) = config::duration(text) {
            return Ok(Self::Ago(ago));
        }
        text.parse::<jiff::Timestamp>()
            .map(|moment| Self::At(Timestamp::from_millis(moment.as_millisecond())))
            .map_err(
                |_| "write a moment like 2026-05-01T08:00:00+08:00, or a duration like 1h or 7d",
            )
    }
}

impl When {
    fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(duration) => now.minus(duration),
            Self::At(moment) => moment,
        }
    }
}

impl Arguments {
    fn query(&self, now: Timestamp) -> Query {
        let moment = |when: Option<When>| when.map(|when| when.before(now).as_millis());
        Query {
            since: moment(self.since),
            until: moment(self.until),
            client: self.client.as_ref().map(ClientId::new),
            subject: self.subject.as_ref().map(SubjectId::new),
            events: self.events.clone(),
            limit: (self.limit > 0).then_some(self.limit),
            follow: self.follow,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let reach = arguments.file.reach()?;
    logs::start_for_a_command()?;
    let query = arguments.query(SystemClock.now());
    let socket = reach.admin.socket.as_deref();
    let mut output = Output::new(arguments.json, arguments.follow);
    super::block_on(async move {
        let remote = match socket {
            None => None,
            Some(socket) => Remote::reach(socket)?,
        };
        let ended = match remote {
            Some(remote) => ask(&remote, &query, &mut output).await?,
            None if query.follow => match socket {
                Some(socket) => bail!(
                    "--follow needs a running server, and none answers at {}",
                    socket.display()
                ),
                None => bail!("--follow needs the operator's socket, and [admin] socket is off"),
            },
            None => read(&reach.store, socket, query, &mut output).await?,
        };
        say::arrived(ended.and_then(|()| output.finish()))
    })
}

/// The events of a running server.
async fn ask(remote: &Remote, query: &Query, output: &mut Output) -> anyhow::Result<Arrived> {
    let mut answer = remote.ask(AUDIT_PATH, query).await?;
    let left_out = answer.headers().contains_key(LEFT_OUT_HEADER);
    let mut rest = Vec::new();
    while let Some(part) = answer
        .chunk()
        .await
        .map_err(|_| anyhow::anyhow!("the server went away before its answer was complete"))?
    {
        rest.extend_from_slice(&part);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else {
            continue;
        };
        let later = rest.split_off(end + 1);
        let lines = String::from_utf8_lossy(&rest);
        if let Err(error) = output.lines(lines.lines()) {
            return Ok(Err(error));
        }
        rest = later;
    }
    tell_left_out(left_out, output);
    if query.follow {
        say::wrong("The server has stopped.");
    }
    Ok(Ok(()))
}

/// The events in the database of a server that does not run.
async fn read(
    store: &config::Store,
    socket: Option<&Path>,
    query: Query,
    output: &mut Output,
) -> anyhow::Result<Arrived> {
    let location = match &store.location {
        StoreLocation::Memory => Location::Memory,
        StoreLocation::File(path) => Location::File {
            path: path.clone(),
            cache: store.cache_size,
        },
    };
    let nobody = socket.map_or_else(
        || "its operator's socket is off ([admin] socket)".to_owned(),
        |socket| {
            format!(
                "nobody answers at its operator's socket {}",
                socket.display()
            )
        },
    );
    let opened = match store::open_audit(&location) {
        Err(StoreError::Locked(path)) => {
            bail!("a server that runs has {path} open, but {nobody}")
        }
        opened => opened?,
    };
    let Some(audit) = opened else {
        bail!("the store is in memory, and {nobody}");
    };
    say::wrong("No server is running; this is what its database holds.");
    let mut answer = AuditLog::at_rest(audit).ask(query).await?;
    let left_out = answer.left_out();
    let mut lines = Vec::new();
    while let Some(page) = answer.next().await? {
        for line in &page {
            lines.push(serde_json::to_string(line)?);
        }
    }
    // The database is let go before anything is shown: while somebody reads in a pager, a
    // server must be able to start.
    drop(answer);
    if let Err(error) = output.lines(lines.iter().map(String::as_str)) {
        return Ok(Err(error));
    }
    tell_left_out(left_out, output);
    Ok(Ok(()))
}

fn tell_left_out(left_out: bool, output: &Output) {
    if left_out && !output.is_json() {
        say::wrong("Earlier events are left out; --limit takes more.");
    }
}

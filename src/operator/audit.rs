//! Reading the audit log: what is asked for, and the lines that answer it. The same lines
//! come from a running server and from the file of one that does not run.
//!
//! Pages are read one after the other and let go, so that a question about a million rows
//! takes no more memory than one about ten. Reading the log is not itself told in it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::Timestamp;
use crate::domain::event::{EventKind, NumberedEvent};
use crate::domain::id::{ClientId, SubjectId};
use crate::store::{Audit, AuditKeeping, StoreError};

/// Events that are read at once.
const PAGE: usize = 500;

/// How long a follower rests before it looks: under load one look serves many commits, and
/// following takes nothing from those who write.
const REST: Duration = Duration::from_millis(50);

/// What is asked for. Moments are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Query {
    /// Not before this moment.
    pub since: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
    /// About this client.
    pub client: Option<ClientId>,
    /// About this person.
    pub subject: Option<SubjectId>,
    /// Of one of these names; of any where there are none.
    pub events: Vec<String>,
    /// The latest so many of them; all where none is said.
    pub limit: Option<u32>,
    /// Whether later events follow as they come.
    pub follow: bool,
}

impl Query {
    fn meets(&self, numbered: &NumberedEvent) -> bool {
        let event = &numbered.event;
        let kind = &event.kind;
        self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at < until)
            && (self.client.as_ref()).is_none_or(|client| kind.client() == Some(client))
            && (self.subject.as_ref()).is_none_or(|subject| kind.concerns(subject))
            && (self.events.is_empty() || self.events.iter().any(|name| name == kind.name()))
    }
}

/// One event as it is told: in JSON on one line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Its place in the log.
    pub number: u64,
    /// When it happened: RFC 3339, in UTC, to the millisecond.
    pub at: String,
    /// Joins it to the log lines of the same request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub correlation: String,
    /// What happened; its name is in `event`.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Line {
    fn of(numbered: NumberedEvent) -> Self {
        Self {
            number: numbered.number,
            at: written(Timestamp::from_millis(numbered.event.at)),
            correlation: numbered.event.correlation,
            kind: numbered.event.kind,
        }
    }
}

/// A moment by RFC 3339.
fn written(moment: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(moment.as_millis())
        .map_or_else(|_| String::new(), |moment| format!("{moment:.3}"))
}

/// Opens answers to questions about the log.
#[derive(Clone)]
pub struct AuditLog {
    audit: Arc<dyn Audit>,
    /// Whoever may wait for more; none for a log that nobody writes to.
    keeping: Option<Arc<dyn AuditKeeping>>,
}

impl AuditLog {
    /// The log of a running server.
    #[must_use]
    pub fn running(audit: Arc<dyn Audit>, keeping: Arc<dyn AuditKeeping>) -> Self {
        Self {
            audit,
            keeping: Some(keeping),
        }
    }

    /// The log of a server that does not run: it can't be followed.
    #[must_use]
    pub fn at_rest(audit: Arc<dyn Audit>) -> Self {
        Self {
            audit,
            keeping: None,
        }
    }

    /// Finds where the answer to a question begins.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ask(&self, query: Query) -> Result<Answer, StoreError> {
        // Before the first look: what is committed after it wakes us.
        let mut commits = self.keeping.as_ref().map(|keeping| keeping.commits());
        if let Some(commits) = commits.as_mut() {
            commits.mark_unchanged();
        }
        let end = newest(self.audit.as_ref()).await?;
        let (position, left_out) = match query.limit {
            None => (0, false),
            Some(limit) => self.begin_of_latest(&query, limit, end).await?,
        };
        Ok(Answer {
            audit: Arc::clone(&self.audit),
            commits: commits.filter(|_| query.follow),
            query,
            position,
            end,
            left_out,
        })
    }

    /// The number after which the latest `limit` events lie, and whether there are more
    /// before it. The whole log is looked at where it must be: a moment is no place in it,
    /// since clocks jump.
    async fn begin_of_latest(
        &self,
        query: &Query,
        limit: u32,
        end: u64,
    ) -> Result<(u64, bool), StoreError> {
        let mut missing = limit;
        let mut begin = end;
        let mut before = end.saturating_add(1);
        loop {
            let page = self.audit.events_before(before, PAGE).await?;
            let Some(oldest) = page.last() else {
                return Ok((begin, false));
            };
            before = oldest.number;
            for event in page.iter().filter(|event| query.meets(event)) {
                if missing == 0 {
                    return Ok((begin, true));
                }
                missing -= 1;
                begin = event.number.saturating_sub(1);
            }
        }
    }
}

/// The number of the latest event.
async fn newest(audit: &dyn Audit) -> Result<u64, StoreError> {
    let newest = audit.events_before(u64::MAX, 1).await?;
    Ok(newest.first().map_or(0, |event| event.number))
}

/// An answer that is read page by page.
pub struct Answer {
    audit: Arc<dyn Audit>,
    query: Query,
    /// The number of the last event that was looked at.
    position: u64,
    /// The number of the last event that was there when the question came.
    end: u64,
    left_out: bool,
    commits: Option<watch::Receiver<u64>>,
}

impl Answer {
    /// Whether there are earlier events that the limit left out.
    #[must_use]
    pub const fn left_out(&self) -> bool {
        self.left_out
    }

    /// From here on what is there now is told, and nothing waited for.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn finish(&mut self) -> Result<(), StoreError> {
        if self.commits.take().is_some() {
            self.end = newest(self.audit.as_ref()).await?;
        }
        Ok(())
    }

    /// The next lines, in the log's order; none at the end. Who follows waits here until
    /// there are some, or the store is closed; a wait that is given up loses nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>, StoreError> {
        loop {
            let page = self.audit.events_after(self.position, PAGE).await?;
            if let Some(last) = page.last() {
                self.position = last.number;
                let is_followed = self.commits.is_some();
                let lines: Vec<Line> = page
                    .into_iter()
                    .filter(|event| is_followed || event.number <= self.end)
                    .filter(|event| self.query.meets(event))
                    .map(Line::of)
                    .collect();
                if !lines.is_empty() {
                    return Ok(Some(lines));
                }
                if is_followed || self.position < self.end {
                    continue;
                }
            }
            match self.commits.as_mut() {
                None => return Ok(None),
                Some(commits) => {
                    if commits.changed().await.is_err() {
                        return Ok(None);
                    }
                    // What is committed in this moment comes in the same page.
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }
}

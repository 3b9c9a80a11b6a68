//! Events as JSON lines, passed on as they are, or as a table for people: local time, and
//! whatever an event holds beside client and person as `name=value`, behind what is said in
//! words: how a key changed, and who did it.

use std::io::{BufWriter, Stdout, Write as _};

use serde_json::{Map, Value};

use crate::cli::table::{Table, printable};

const HEADINGS: [&str; 5] = ["TIME", "EVENT", "CLIENT", "SUBJECT", "DETAILS"];

/// Whether lines still arrive, or why they don't: nobody reads any more, which is no failure,
/// or they can't be written.
pub(super) type Arrived = std::io::Result<()>;

/// Where lines go.
pub(super) struct Output {
    out: BufWriter<Stdout>,
    form: Form,
}

enum Form {
    Json,
    Table {
        table: Table<5>,
        has_heading: bool,
        /// Rows that wait until all are known; none where they are shown as they come.
        waiting: Option<Vec<[String; 5]>>,
    },
}

impl Output {
    pub(super) fn new(json: bool, follow: bool) -> Self {
        Self {
            out: BufWriter::new(std::io::stdout()),
            form: if json {
                Form::Json
            } else {
                Form::Table {
                    table: Table::of(&HEADINGS),
                    has_heading: false,
                    waiting: (!follow).then(Vec::new),
                }
            },
        }
    }

    pub(super) const fn is_json(&self) -> bool {
        matches!(self.form, Form::Json)
    }

    /// Takes events in JSON.
    pub(super) fn lines<'l>(&mut self, lines: impl Iterator<Item = &'l str>) -> Arrived {
        match &mut self.form {
            Form::Json => {
                for line in lines {
                    writeln!(self.out, "{line}")?;
                }
            }
            Form::Table {
                waiting: Some(waiting),
                ..
            } => {
                waiting.extend(lines.map(row));
                return Ok(());
            }
            Form::Table { .. } => {
                let rows: Vec<_> = lines.map(row).collect();
                self.show(&rows)?;
            }
        }
        self.out.flush()
    }

    /// Shows what still waits.
    pub(super) fn finish(&mut self) -> Arrived {
        if let Form::Table { waiting, .. } = &mut self.form
            && let Some(rows) = waiting.take()
        {
            self.show(&rows)?;
        }
        self.out.flush()
    }

    fn show(&mut self, rows: &[[String; 5]]) -> Arrived {
        let Form::Table {
            table, has_heading, ..
        } = &mut self.form
        else {
            return Ok(());
        };
        for row in rows {
            table.fit(row);
        }
        if !*has_heading {
            *has_heading = true;
            writeln!(self.out, "{}", table.line(&HEADINGS))?;
        }
        for row in rows {
            writeln!(self.out, "{}", table.line(row))?;
        }
        Ok(())
    }
}

/// An event as a row.
fn row(line: &str) -> [String; 5] {
    let mut event: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
    let mut take = |name: &str| {
        event
            .remove(name)
            .map_or_else(String::new, |value| word(&value))
    };
    let (at, name) = (local(&take("at")), take("event"));
    let (client, subject) = (take("client"), take("subject"));
    let (correlation, _) = (take("correlation"), take("number"));
    let said = in_words(&name, &mut event);
    let mut details: Vec<String> = event
        .iter()
        .map(|(name, value)| format!("{}={}", printable(name), word(value)))
        .chain(said)
        .collect();
    if !correlation.is_empty() {
        details.push(format!("request={correlation}"));
    }
    [at, name, client, subject, details.join(" ")]
}

/// What is better said in words, taken out of the event: `RS256 next -> active by schedule`.
fn in_words(name: &str, event: &mut Map<String, Value>) -> Vec<String> {
    let mut said = Vec::new();
    match name {
        "key_state_changed" => {
            let mut take = |name: &str| event.remove(name).map(|value| word(&value));
            let (algorithm, from, to) = (take("algorithm"), take("from"), take("to"));
            let from = from.unwrap_or_else(|| "new".to_owned());
            said.extend(algorithm);
            said.push(format!("{from} -> {}", to.unwrap_or_default()));
        }
        "operator_acted" => {
            if let Some(until) = event.remove("until") {
                said.push(format!("until={}", until_then(&until)));
            }
        }
        _ => return said,
    }
    said.push(by(event));
    said
}

/// Who did it: the schedule, the folder, the start, or an operator by the number that the
/// operating system knows.
fn by(event: &mut Map<String, Value>) -> String {
    let uid = event.remove("uid").filter(|uid| !uid.is_null());
    let actor = event.remove("by").map(|value| word(&value));
    match (uid, actor) {
        (Some(uid), _) => format!("by uid {}", word(&uid)),
        (None, Some(actor)) => format!("by {actor}"),
        (None, None) => "by operator".to_owned(),
    }
}

/// A moment in milliseconds on the clock at the wall.
fn until_then(millis: &Value) -> String {
    let moment = millis
        .as_i64()
        .and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(|| word(millis), at_the_wall)
}

/// A value as a word.
fn word(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => printable(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            printable(&value.to_string())
        }
    }
}

/// A moment on the clock at the wall, with its distance from UTC.
fn local(moment: &str) -> String {
    moment
        .parse::<jiff::Timestamp>()
        .map_or_else(|_| printable(moment), at_the_wall)
}

fn at_the_wall(moment: jiff::Timestamp) -> String {
    let here = moment.to_zoned(jiff::tz::TimeZone::system());
    here.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

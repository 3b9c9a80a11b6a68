//! A section whose keys are taken one by one. Each `take` remembers the name it asked for,
//! so the names that a section knows are exactly those that it reads: what is left over in
//! the end is a fault, with the nearest of them. A faulty value is noted and then counts as
//! absent, so that the reading goes on to the next fault.
//!
//! Messages name keys, never values: a value may be a secret under a misspelt key.

use std::path::PathBuf;
use std::time::Duration;

use super::duration::{self, DurationError};
use super::nearest::{alternatives, nearest};
use super::reading::Reading;
use super::tree::{Content, Entry, Node, Origin, Table};

/// A value and where it was written.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) at: Origin,
}

/// How a name is written in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Key,
    Section,
    List,
}

impl Shape {
    fn write(self, name: &str) -> String {
        match self {
            Self::Key => format!("`{name}`"),
            Self::Section => format!("`[{name}]`"),
            Self::List => format!("`[[{name}]]`"),
        }
    }
}

/// A table that is being read.
pub(super) struct Section<'r> {
    table: Table,
    header: Origin,
    known: Vec<(&'static str, Shape)>,
    reading: &'r mut Reading,
}

impl<'r> Section<'r> {
    /// The whole file.
    pub(super) fn root(table: Table, reading: &'r mut Reading) -> Self {
        Self::new(table, Origin::File(0), reading)
    }

    fn new(table: Table, header: Origin, reading: &'r mut Reading) -> Self {
        Self {
            table,
            header,
            known: Vec::new(),
            reading,
        }
    }

    /// Where the section begins: the place of a missing key.
    pub(super) fn header(&self) -> Origin {
        self.header.clone()
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, at: &Origin, message: impl Into<String>) {
        self.reading.fault(at, message);
    }

    /// Notes a warning.
    pub(super) fn warn(&mut self, at: &Origin, message: impl Into<String>) {
        self.reading.warn(at, message);
    }

    /// A path, counted from the file's folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.reading.path(written)
    }

    /// The reading that this is a part of.
    pub(super) fn reading(&mut self) -> &mut Reading {
        self.reading
    }

    /// Whether a key is there and not yet taken.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.0.contains_key(key)
    }

    /// A string that stays there to be taken. Another type is for the taker to fault.
    pub(super) fn peek(&self, key: &str) -> Option<Found<String>> {
        let node = &self.table.0.get(key)?.node;
        match &node.content {
            Content::Text(text) | Content::Raw(text) => Some(Found {
                value: text.clone(),
                at: node.at.clone(),
            }),
            Content::Integer(_)
            | Content::Float
            | Content::Boolean(_)
            | Content::Datetime
            | Content::Array(_)
            | Content::Table(_) => None,
        }
    }

    /// Notes that a key must be there. `example` is what to write.
    pub(super) fn missing(&mut self, key: &str, example: &str) {
        let at = self.header();
        self.fault(&at, format!("`{key}` is missing; write {key} = {example}"));
    }

    fn take(&mut self, key: &'static str, shape: Shape) -> Option<Node> {
        self.known.push((key, shape));
        self.table.0.remove(key).map(|entry| entry.node)
    }

    fn wrong_type(&mut self, key: &str, wanted: &str, node: &Node) {
        let given = node.content.type_name();
        self.fault(&node.at, format!("`{key}` must be {wanted}, not {given}"));
    }

    /// A key's value of any type.
    pub(super) fn any(&mut self, key: &'static str) -> Option<Node> {
        self.take(key, Shape::Key).map(Node::into_value)
    }

    /// A string: not blank, and without control characters, which have no place in any key.
    pub(super) fn text(&mut self, key: &'static str) -> Option<Found<String>> {
        let node = self.take(key, Shape::Key)?;
        self.text_of(key, node)
    }

    fn text_of(&mut self, key: &str, node: Node) -> Option<Found<String>> {
        let node = node.into_text();
        let Content::Text(value) = node.content else {
            self.wrong_type(key, "a string", &node);
            return None;
        };
        let at = node.at;
        if value.trim().is_empty() {
            self.fault(&at, format!("`{key}` must not be empty"));
            return None;
        }
        if value.chars().any(char::is_control) {
            self.fault(
                &at,
                format!("`{key}` must be one line without control characters"),
            );
            return None;
        }
        Some(Found { value, at })
    }

    /// A string that must be there.
    pub(super) fn required(&mut self, key: &'static str, example: &str) -> Option<Found<String>> {
        if !self.has(key) {
            self.known.push((key, Shape::Key));
            self.missing(key, example);
            return None;
        }
        self.text(key)
    }

    /// A boolean.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<Found<bool>> {
        let node = self.any(key)?;
        let Content::Boolean(value) = node.content else {
            self.wrong_type(key, "true or false", &node);
            return None;
        };
        Some(Found { value, at: node.at })
    }

    /// A whole number from zero up.
    pub(super) fn whole(&mut self, key: &'static str) -> Option<Found<u64>> {
        let node = self.any(key)?;
        let Content::Integer(integer) = node.content else {
            self.wrong_type(key, "a whole number", &node);
            return None;
        };
        let Some(value) = integer.and_then(|integer| u64::try_from(integer).ok()) else {
            self.fault(
                &node.at,
                format!("`{key}` must be a whole number from 0 up"),
            );
            return None;
        };
        Some(Found { value, at: node.at })
    }

    /// An array of strings.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Found<Vec<Found<String>>>> {
        let node = self.any(key)?;
        let Content::Array(items) = node.content else {
            self.wrong_type(key, "an array of strings like [\"...\"]", &node);
            return None;
        };
        let was_empty = items.is_empty();
        let texts: Vec<_> = items
            .into_iter()
            .filter_map(|item| self.text_of(key, item))
            .collect();
        // Where each has its fault, the list is not called empty besides.
        (was_empty || !texts.is_empty()).then_some(Found {
            value: texts,
            at: node.at,
        })
    }

    /// One of some strings, each with its meaning.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        options: &[(&str, T)],
    ) -> Option<Found<T>> {
        let text = self.text(key)?;
        let value = self.choose(key, &text, options)?;
        Some(Found { value, at: text.at })
    }

    /// The meaning of a string that is one of some.
    pub(super) fn choose<T: Copy>(
        &mut self,
        key: &str,
        text: &Found<String>,
        options: &[(&str, T)],
    ) -> Option<T> {
        let meaning = options
            .iter()
            .find(|(name, _)| *name == text.value)
            .map(|(_, meaning)| *meaning);
        if meaning.is_none() {
            let names = || options.iter().map(|(name, _)| *name);
            let guess = nearest(&text.value, names())
                .filter(|_| options.len() > 1)
                .map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
            let message = format!("`{key}` must be {}{guess}", alternatives(names()));
            self.fault(&text.at, message);
        }
        meaning
    }

    /// A duration.
    pub(super) fn duration(&mut self, key: &'static str) -> Option<Found<Duration>> {
        self.duration_or(key, "")
    }

    /// A duration, where something else may be written, too: `or` says so at a fault's end.
    pub(super) fn duration_or(&mut self, key: &'static str, or: &str) -> Option<Found<Duration>> {
        let node = self.take(key, Shape::Key)?.into_text();
        let at = node.at.clone();
        let Content::Text(text) = &node.content else {
            self.wrong_type(key, &format!("{}{or}", duration::FORM), &node);
            return None;
        };
        match duration::parse(text) {
            Ok(value) => return Some(Found { value, at }),
            Err(DurationError::Form) => {
                self.fault(&at, format!("`{key}` must be {}{or}", duration::FORM));
            }
            Err(DurationError::Range) => {
                self.fault(
                    &at,
                    format!("`{key}` must be between one second and ten years{or}"),
                );
            }
        }
        None
    }

    /// The values of `key#tag`, as OpenID Connect Registration section 2.1 writes a member
    /// in a language. They must be strings.
    pub(super) fn localised(&mut self, key: &'static str) -> Vec<(String, Found<String>)> {
        let prefix = format!("{key}#");
        let names: Vec<String> = self
            .table
            .0
            .keys()
            .filter(|name| name.starts_with(&prefix))
            .cloned()
            .collect();
        let mut found = Vec::new();
        for name in names {
            if let Some(entry) = self.table.0.remove(&name)
                && let Some(text) = self.text_of(key, entry.node)
            {
                let tag = name.strip_prefix(&prefix).unwrap_or_default().to_owned();
                found.push((tag, text));
            }
        }
        found
    }

    /// Reads a `[section]`, an empty one where it isn't written.
    pub(super) fn section<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Section<'_>) -> T,
    ) -> T {
        let (table, header) = match self.take(name, Shape::Section) {
            None => (Table::default(), self.header()),
            Some(Node {
                at,
                content: Content::Table(table),
            }) => (table, at),
            Some(node) => {
                let message = format!("`{name}` is a section; write it as [{name}]");
                self.fault(&node.at, message);
                (Table::default(), node.at)
            }
        };
        let mut section = Section::new(table, header, self.reading);
        let value = read(&mut section);
        section.finish();
        value
    }

    /// Reads each of `[[name]]`, in the file's order.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut Section<'_>) -> T,
    ) -> Vec<T> {
        let items = match self.take(name, Shape::List) {
            None => Vec::new(),
            Some(Node {
                content: Content::Array(items),
                ..
            }) => items,
            // One pair of brackets too few is the likely slip: what it holds is read too.
            Some(node) => {
                let message = format!("`{name}` is a list; write each as [[{name}]]");
                self.fault(&node.at, message);
                match node.content {
                    Content::Table(_) => vec![node],
                    _ => return Vec::new(),
                }
            }
        };
        let mut values = Vec::new();
        for item in items {
            let Content::Table(table) = item.content else {
                let message = format!("`{name}` is a list of tables; write each as [[{name}]]");
                self.fault(&item.at, message);
                continue;
            };
            let mut section = Section::new(table, item.at, self.reading);
            values.push(read(&mut section));
            section.finish();
        }
        values
    }

    /// Ends the reading: every key that nothing asked for is a fault.
    pub(super) fn finish(mut self) {
        for (name, entry) in std::mem::take(&mut self.table.0) {
            let message = self.unknown(&name, &entry);
            // The bracket of `[name]` stands before its key, the value of `name = ...` after.
            let at = match (&entry.key, &entry.node.at) {
                (Origin::File(key), Origin::File(node)) => &Origin::File(*key.min(node)),
                (key, _) => key,
            };
            self.reading.fault(at, message);
        }
    }

    fn unknown(&self, name: &str, entry: &Entry) -> String {
        if let Origin::Environment(variable) = &entry.key {
            let keys = self.known.iter().filter(|(_, shape)| *shape == Shape::Key);
            let guess = nearest(name, keys.map(|(key, _)| *key))
                .zip(variable.len().checked_sub(name.len()))
                .and_then(|(key, end)| Some((key, variable.get(..end)?)));
            return guess.map_or_else(
                || "matches no key".to_owned(),
                |(key, prefix)| {
                    let upper = key.to_ascii_uppercase();
                    format!("matches no key; did you mean `{prefix}{upper}`?")
                },
            );
        }
        let what = match entry.node.content {
            Content::Table(_) => format!("unknown section `{}`", printable(name)),
            _ => format!("unknown key `{}`", printable(name)),
        };
        let guess = nearest(name, self.known.iter().map(|(known, _)| *known));
        let shape = self
            .known
            .iter()
            .find(|(known, _)| Some(*known) == guess)
            .map(|(known, shape)| shape.write(known));
        shape.map_or_else(
            || what.clone(),
            |known| format!("{what}; did you mean {known}?"),
        )
    }
}

/// A name out of the file, safe for a terminal and of bearable length.
pub(super) fn printable(name: &str) -> String {
    let shown: String = name.chars().take(60).collect();
    let dots = if shown.len() < name.len() { "..." } else { "" };
    format!("{}{dots}", shown.escape_debug())
}

//! The file as a tree whose every value knows where it was written. The overlay of the
//! environment replaces values in this tree, so that a section never asks where a value
//! came from, and a fault still names the right place.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// At this byte of the file.
    File(usize),
    /// In this environment variable.
    Environment(Arc<str>),
}

/// A value and where it was written. Not `Debug`: it may hold a secret.
pub(super) struct Node {
    pub(super) at: Origin,
    pub(super) content: Content,
}

/// What a value is.
pub(super) enum Content {
    /// A string.
    Text(String),
    /// An integer; none where it exceeds 64 bits.
    Integer(Option<i64>),
    /// A float: no key takes one.
    Float,
    /// A boolean.
    Boolean(bool),
    /// A date or time: no key takes one.
    Datetime,
    /// An array.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
    /// An environment variable's text. Whether it is a string or a TOML value is for the key
    /// to say that it is given to.
    Raw(String),
}

/// Keys and their values, by name.
#[derive(Default)]
pub(super) struct Table(pub(super) BTreeMap<String, Entry>);

/// A key's place and its value.
pub(super) struct Entry {
    pub(super) key: Origin,
    pub(super) node: Node,
}

impl Table {
    /// The tree of a parsed file.
    pub(super) fn of_file(table: &DeTable<'_>) -> Self {
        Self::convert(table, None)
    }

    fn convert(table: &DeTable<'_>, variable: Option<&Arc<str>>) -> Self {
        let entries = table.iter().map(|(key, value)| {
            let entry = Entry {
                key: origin(key.span().start, variable),
                node: Node::convert(value, variable),
            };
            (key.get_ref().to_string(), entry)
        });
        Self(entries.collect())
    }

    /// Sets a key to an environment variable's text.
    pub(super) fn set(&mut self, key: String, variable: &Arc<str>, text: &str) {
        let at = Origin::Environment(Arc::clone(variable));
        let node = Node {
            at: at.clone(),
            content: Content::Raw(text.to_owned()),
        };
        self.0.insert(key, Entry { key: at, node });
    }
}

impl Node {
    fn convert(value: &Spanned<DeValue<'_>>, variable: Option<&Arc<str>>) -> Self {
        let content = match value.get_ref() {
            DeValue::String(text) => Content::Text(text.to_string()),
            DeValue::Integer(integer) => {
                Content::Integer(i64::from_str_radix(integer.as_str(), integer.radix()).ok())
            }
            DeValue::Float(_) => Content::Float,
            DeValue::Boolean(flag) => Content::Boolean(*flag),
            DeValue::Datetime(_) => Content::Datetime,
            DeValue::Array(items) => Content::Array(
                items
                    .iter()
                    .map(|item| Self::convert(item, variable))
                    .collect(),
            ),
            DeValue::Table(table) => Content::Table(Table::convert(table, variable)),
        };
        Self {
            at: origin(value.span().start, variable),
            content,
        }
    }

    /// The value where a string is wanted: a variable's text needs no quotes.
    pub(super) fn into_text(self) -> Self {
        match self.content {
            Content::Raw(text) => Self {
                at: self.at,
                content: Content::Text(text),
            },
            _ => self,
        }
    }

    /// The value where anything but a string is wanted: a variable's text is read as TOML.
    pub(super) fn into_value(self) -> Self {
        let (Content::Raw(text), Origin::Environment(variable)) = (&self.content, &self.at) else {
            return self;
        };
        match DeValue::parse(text.trim()) {
            Ok(value) => Self::convert(&value, Some(variable)),
            Err(_) => self.into_text(),
        }
    }
}

fn origin(byte: usize, variable: Option<&Arc<str>>) -> Origin {
    variable.map_or(Origin::File(byte), |name| {
        Origin::Environment(Arc::clone(name))
    })
}

impl Content {
    /// The name of its type, with an article.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Raw(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime => "a date or time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

//! The environment, laid over the file's tree: `DINGPASS__HTTP__LISTEN` is `listen` in
//! `[http]`, `DINGPASS__CLIENTS__DEMO__CLIENT_SECRET` is a key of the client `demo`. Only
//! two underscores make a variable ours: an orchestrator sets `DINGPASS_PORT` and the like
//! for a service of that name. Keys are checked where they are read, like the file's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::nearest::nearest;
use super::reading::Reading;
use super::tree::{Content, Entry, Node, Origin, Table};
use super::{LISTS, SECTIONS};

const PREFIX: &str = "DINGPASS__";
const SEPARATOR: &str = "__";

/// Puts the environment's values into the tree. They win over the file's.
pub(super) fn overlay(
    root: &mut Table,
    environment: &BTreeMap<String, String>,
    reading: &mut Reading,
) {
    for (name, text) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let variable: Arc<str> = Arc::from(name.as_str());
        if let Err(message) = put(root, path, &variable, text) {
            reading.fault(&Origin::Environment(variable), message);
        }
    }
}

fn put(root: &mut Table, path: &str, variable: &Arc<str>, text: &str) -> Result<(), String> {
    if path.chars().any(|c| c.is_ascii_lowercase()) {
        return Err(format!(
            "must be written in upper case: `{}`",
            variable.to_ascii_uppercase()
        ));
    }
    let lower = path.to_ascii_lowercase();
    let head = lower.split(SEPARATOR).next().unwrap_or_default();
    let list = LISTS.iter().find(|(name, _)| *name == head);
    let Some((_, rest)) = path.split_once(SEPARATOR) else {
        if list.is_some() || SECTIONS.contains(&head) {
            return Err("names a section; the name of a key must follow".to_owned());
        }
        set(root, lower, variable, text);
        return Ok(());
    };
    if let Some((name, id_key)) = list {
        let elements = match root.0.get_mut(*name) {
            Some(Entry {
                node:
                    Node {
                        content: Content::Array(elements),
                        ..
                    },
                ..
            }) => elements.as_mut_slice(),
            _ => &mut [],
        };
        return put_in_element(elements, id_key, rest, variable, text);
    }
    if !SECTIONS.contains(&head) {
        let names = SECTIONS.into_iter().chain(LISTS.map(|(name, _)| name));
        let guess = nearest(head, names).map_or_else(String::new, |name| {
            let upper = name.to_ascii_uppercase();
            format!("; did you mean `{PREFIX}{upper}{SEPARATOR}{rest}`?")
        });
        return Err(format!("matches no section{guess}"));
    }
    let entry = root.0.entry(head.to_owned()).or_insert_with(|| {
        let at = Origin::Environment(Arc::clone(variable));
        Entry {
            key: at.clone(),
            node: Node {
                at,
                content: Content::Table(Table::default()),
            },
        }
    });
    // Anything else is the file's fault, which the section's reading reports.
    if let Content::Table(table) = &mut entry.node.content {
        set(table, rest.to_ascii_lowercase(), variable, text);
    }
    Ok(())
}

/// Finds the element by its id. Ids may hold what reads as a separator here, so each is
/// tried as the beginning; no key holds one.
fn put_in_element(
    elements: &mut [Node],
    id_key: &str,
    rest: &str,
    variable: &Arc<str>,
    text: &str,
) -> Result<(), String> {
    let Some((_, key)) = rest.rsplit_once(SEPARATOR) else {
        return Err(format!("must name an `{id_key}` and a key"));
    };
    let written = rest.strip_suffix(key).unwrap_or_default();
    let written = written.strip_suffix(SEPARATOR).unwrap_or_default();
    let mut names = Vec::new();
    let mut matching = Vec::new();
    for node in elements {
        let Content::Table(table) = &mut node.content else {
            continue;
        };
        let Some(Content::Text(id)) = table.0.get(id_key).map(|entry| &entry.node.content) else {
            continue;
        };
        let name = variable_part(id);
        if name == written {
            matching.push(table);
        } else {
            names.push(name);
        }
    }
    let mut matching = matching.into_iter();
    match (matching.next(), matching.next()) {
        (Some(table), None) => {
            let key = key.to_ascii_lowercase();
            if key == id_key {
                return Err(format!("can't change the `{id_key}` by which it is found"));
            }
            set(table, key, variable, text);
            Ok(())
        }
        (Some(_), Some(_)) => Err(format!(
            "fits more than one `{id_key}`: ids that differ in case and punctuation alone can't be told apart here"
        )),
        (None, _) => {
            let near = nearest(written, names.iter().map(String::as_str));
            let guess = near.map_or_else(String::new, |name| {
                let head = variable.strip_suffix(rest).unwrap_or_default();
                format!("; did you mean `{head}{name}{SEPARATOR}{key}`?")
            });
            Err(format!("fits no `{id_key}` of the file{guess}"))
        }
    }
}

/// An id as variables write it.
fn variable_part(id: &str) -> String {
    id.chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => c.to_ascii_uppercase(),
            _ => '_',
        })
        .collect()
}

/// The endings of keys by which one secret can be given.
const FORMS: [&str; 3] = ["", "_file", "_credential"];

/// Sets a key. A secret out of the environment also replaces one that the file gives by a
/// twin of the key; two out of the environment are left to collide.
fn set(table: &mut Table, key: String, variable: &Arc<str>, text: &str) {
    let endings = FORMS.iter().filter(|ending| !ending.is_empty());
    let bare = endings
        .fold(key.as_str(), |bare, ending| {
            bare.strip_suffix(ending).unwrap_or(bare)
        })
        .to_owned();
    for twin in FORMS.map(|ending| format!("{bare}{ending}")) {
        let is_of_file = |entry: &Entry| matches!(entry.key, Origin::File(_));
        if twin != key && table.0.get(&twin).is_some_and(is_of_file) {
            table.0.remove(&twin);
        }
    }
    table.set(key, variable, text);
}

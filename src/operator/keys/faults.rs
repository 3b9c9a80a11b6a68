//! What goes wrong again and again is logged when it begins, when it becomes something else,
//! and when it is over.

use std::collections::HashMap;

use crate::clock::Timestamp;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// What was logged.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) store: Said,
    /// When a next key was last said to be lacked by clients, by its name.
    lacked: HashMap<String, i64>,
}

/// One kind of fault.
#[derive(Debug, Default)]
pub(super) struct Said(Option<String>);

/// What is to be logged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It began, or became another.
    Begun,
    /// It is over.
    Over,
    /// Nothing: it was said.
    None,
}

impl Said {
    /// How things are now.
    pub(super) fn hear(&mut self, fault: Option<String>) -> News {
        if self.0 == fault {
            return News::None;
        }
        let news = if fault.is_some() {
            News::Begun
        } else {
            News::Over
        };
        self.0 = fault;
        news
    }
}

impl Faults {
    /// Whether it is to be said today that clients lack a key.
    pub(super) fn is_lack_news(&mut self, kid: &str, now: Timestamp) -> bool {
        let now = now.as_millis();
        let is_news = self
            .lacked
            .get(kid)
            .is_none_or(|said| now.saturating_sub(*said) >= DAY || now < *said);
        if is_news {
            self.lacked.insert(kid.to_owned(), now);
        }
        is_news
    }

    /// Whether it was ever said.
    pub(super) fn said_lack(&self, kid: &str) -> bool {
        self.lacked.contains_key(kid)
    }

    /// Of keys that are gone nothing is kept.
    pub(super) fn forget_lacks_but(&mut self, is_there: impl Fn(&str) -> bool) {
        self.lacked.retain(|kid, _| is_there(kid));
    }
}

//! `dingpass keys`: the real binary. What it says to a server and how it shows the answers is
//! held against a stand-in for the server; what comes of it, against a real one and at rest.

mod acting;
mod at_rest;
mod listing;
mod naming;
mod page;
mod rewrite;
mod running;
mod secrets;
mod showing;
mod stand_in;

use std::os::unix::fs::MetadataExt as _;

use serde_json::Value;

use super::place::Place;
use super::process::{Ended, run};

/// Commands on the keys of a place.
trait Keys {
    fn keys(&self, arguments: &[&str]) -> Ended;

    /// The answer for scripts of a command that succeeds.
    fn keys_json(&self, arguments: &[&str]) -> Value {
        let ended = self.keys(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        serde_json::from_str(&ended.stdout).unwrap()
    }
}

impl Keys for Place {
    fn keys(&self, arguments: &[&str]) -> Ended {
        let file = self.file();
        let mut all = vec!["keys", "--config", &file];
        all.extend(arguments);
        run(&all, &[])
    }
}

/// Kids and states of a set, as they are listed.
fn states(place: &Place, set: &str) -> Vec<(String, String)> {
    let list = place.keys_json(&["list"]);
    let keys = list["keys"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    keys.iter()
        .filter(|key| key["algorithm"] == set)
        .map(|key| (text(&key["kid"]), text(&key["state"])))
        .collect()
}

/// The key that signs (or seals).
fn active(place: &Place, set: &str) -> String {
    let states = states(place, set);
    let found: Vec<&String> = states
        .iter()
        .filter(|(_, state)| state == "active")
        .map(|(kid, _)| kid)
        .collect();
    assert_eq!(found.len(), 1, "{states:?}");
    found[0].clone()
}

/// The key that signed a token.
fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

fn own_uid() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

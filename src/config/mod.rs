//! The one file of configuration: TOML read with the span of every value, so that every
//! fault of a file is reported at once, with line, column and what to write instead. Each
//! section takes the keys that it knows; what is left over is a fault too, with the nearest
//! known name. Only `app` and `cli` see these types; services get the pieces they need.

mod admin;
mod audit;
mod client_authentication;
mod client_fit;
mod client_grants;
mod client_keys;
mod client_logout;
mod client_members;
mod client_presets;
mod client_reach;
mod client_signing;
mod client_uris;
mod clients;
mod duration;
mod environment;
mod http;
mod keys;
mod lifetimes;
mod log;
mod model;
mod nearest;
mod outbound;
mod pages;
mod part;
mod passphrase;
mod reader;
mod reading;
mod render;
mod secret;
mod store;
mod tree;
mod upstream;
mod web_url;
mod whole;

use std::time::Duration;

use toml::de::DeTable;

pub use model::{
    Admin, Audit, Config, DingTalk, Http, KeyPlace, Keys, Log, LogFormat, Notice, Outbound, Pages,
    Place, ServerPlace, Store, StoreLocation, Upstream, UpstreamKind, UsernameSource,
};
pub use part::{key_place, listen_address, reach};
use reading::Reading;
use tree::{Origin, Table};
pub use whole::{check, load};

/// The names of sections, for the environment's variables.
const SECTIONS: [&str; 9] = [
    "admin",
    "audit",
    "http",
    "keys",
    "lifetimes",
    "log",
    "outbound",
    "pages",
    "store",
];

/// The names of lists, each with the key that names an element.
const LISTS: [(&str, &str); 2] = [("clients", "client_id"), ("upstream", "id")];

/// A duration as the file writes one: `"1h30m"`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    duration::parse(text).ok()
}

/// Notices for people: `dingpass.toml:12:5: message`, then the line with a caret; or
/// `DINGPASS__X: message`. `text` is the file's text, of which no secret is shown.
#[must_use]
pub fn describe(notices: &[Notice], file_name: &str, text: &str) -> String {
    render::describe(notices, file_name, text)
}

/// The file's tree, if its syntax leaves no doubt about what was meant: a key written twice
/// does not, so it hides no other fault.
fn parse(text: &str, reading: &mut Reading) -> Option<Table> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut sound = true;
    for error in &errors {
        let message = error.message();
        sound &= message == "duplicate key";
        let byte = error.span().map_or(text.len(), |span| span.start);
        reading.fault(&Origin::File(byte), message);
    }
    sound.then(|| Table::of_file(table.get_ref()))
}

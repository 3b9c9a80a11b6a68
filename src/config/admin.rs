//! `[admin]`: where the operator's socket is.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::reader::Section;
use super::{Admin, Store, StoreLocation};

const NAME: &str = "dingpass.sock";
const OFF: &str = "off";

/// What the kernel has room for, without the zero at the end.
const LONGEST: usize = 107;

/// Where nothing is written the socket lies beside the database, in a folder that the server
/// can write to anyway; a store in memory has no such folder, and then no socket.
pub(super) fn read(section: &mut Section<'_>, store: &Store) -> Admin {
    let written = section.text("socket");
    let (path, at) = match &written {
        Some(text) if text.value == OFF => return Admin { socket: None },
        Some(text) if names_a_file(&text.value) => (section.path(&text.value), text.at.clone()),
        Some(text) => {
            section.fault(
                &text.at,
                "`socket` must be the path of a file like \"data/dingpass.sock\", or \"off\"",
            );
            return Admin::default();
        }
        None => match beside(store) {
            Some(path) => (path, section.header()),
            None => return Admin::default(),
        },
    };
    let length = path.as_os_str().as_bytes().len();
    if length > LONGEST {
        section.fault(
            &at,
            format!(
                "`socket` in [admin] would have a path of {length} bytes, and the system takes \
                 {LONGEST}; write a shorter one, or \"off\""
            ),
        );
    }
    Admin { socket: Some(path) }
}

fn names_a_file(text: &str) -> bool {
    Path::new(text).file_name().is_some() && !text.ends_with('/')
}

fn beside(store: &Store) -> Option<PathBuf> {
    match &store.location {
        StoreLocation::Memory => None,
        StoreLocation::File(file) => Some(file.with_file_name(NAME)),
    }
}

//! `[admin]`: where the operator's socket is.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::reader::Section;
use super::{Admin, Store, StoreLocation};

const ENDING: &str = "sock";
const OFF: &str = "off";

/// What the kernel has room for, without the zero at the end.
const LONGEST: usize = 107;

/// Where nothing is written the socket lies beside the database, in a folder that the server
/// can write to anyway; a store in memory has no such folder, and then no socket.
pub(super) fn read(section: &mut Section<'_>, store: &Store) -> Admin {
    let default = beside(store);
    let Some(text) = section.text("socket") else {
        return by_default(section, default);
    };
    if text.value == OFF {
        return Admin::default();
    }
    if !names_a_file(&text.value) {
        section.fault(
            &text.at,
            "`socket` must be the path of a file like \"data/dingpass.sock\", or \"off\"",
        );
        return Admin::default();
    }
    let path = section.path(&text.value);
    if is_too_long(&path) {
        section.fault(
            &text.at,
            format!(
                "`socket` has {} bytes from the root on, and the system takes {LONGEST}",
                length(&path)
            ),
        );
    }
    Admin {
        by_default: default.as_ref() == Some(&path),
        socket: Some(path),
    }
}

fn by_default(section: &mut Section<'_>, path: Option<PathBuf>) -> Admin {
    if path.as_ref().is_some_and(|path| is_too_long(path)) {
        let at = section.header();
        section.warn(
            &at,
            format!(
                "there is no operator's socket: the folder of the database is too deep for one \
                 (the system takes {LONGEST} bytes); write `socket` in [admin], or \"off\""
            ),
        );
        return Admin::default();
    }
    Admin {
        by_default: path.is_some(),
        socket: path,
    }
}

fn length(path: &Path) -> usize {
    path.as_os_str().as_bytes().len()
}

fn is_too_long(path: &Path) -> bool {
    length(path) > LONGEST
}

fn names_a_file(text: &str) -> bool {
    Path::new(text).file_name().is_some() && !text.ends_with('/')
}

/// `a.sock` beside `a.redb`: two servers with databases in one folder have two sockets.
fn beside(store: &Store) -> Option<PathBuf> {
    match &store.location {
        StoreLocation::Memory => None,
        StoreLocation::File(file) => Some(file.with_extension(ENDING)),
    }
}

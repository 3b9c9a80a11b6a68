//! Whether a folder of keys is still what was read: names, sizes, times and identities of the
//! files that matter, followed through links, so that the swap of a link (how Kubernetes
//! renews a mounted secret) shows as well as an edit. Looked at every few seconds: a handful
//! of calls, which work on every file system, where notices of changes do not.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::keyring::{KeyringError, files, list};

/// What a folder looked like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Print(Vec<FilePrint>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FilePrint {
    name: String,
    identity: (u64, u64),
    length: u64,
    mode: u32,
    changed: (i64, i64),
}

impl Print {
    /// Looks at a folder.
    ///
    /// # Errors
    /// [`KeyringError`] when it can't be read.
    pub(super) fn of(folder: &Path) -> Result<Self, KeyringError> {
        let names = files::names_of_any(folder, &[".pem", ".key", list::FILE])?;
        let mut prints = Vec::new();
        for name in names {
            let path = folder.join(&name);
            // A file that went away between the two calls, or a link that leads nowhere: it shows
            // as a change, and is said when the keys are read. A start would be refused by it.
            let Ok(found) = std::fs::metadata(&path) else {
                prints.push(FilePrint {
                    name,
                    ..FilePrint::default()
                });
                continue;
            };
            prints.push(FilePrint {
                name,
                identity: (found.dev(), found.ino()),
                length: found.len(),
                mode: found.mode(),
                // The time of the last change of anything, the mode included: it can't be set
                // by hand, as the time of the content can.
                changed: (found.ctime(), found.ctime_nsec()),
            });
        }
        Ok(Self(prints))
    }

    /// Whether the private halves are still those, whatever became of the list.
    pub(super) fn has_the_keys_of(&self, other: &Self) -> bool {
        let keys = |print: &'_ Self| -> Vec<FilePrint> {
            let mut prints = print.0.clone();
            prints.retain(|file| file.name != list::FILE);
            prints
        };
        keys(self) == keys(other)
    }
}

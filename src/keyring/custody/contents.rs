//! What is in a folder of keys: the list, the private halves, and files that the list does not
//! name. All of it is read, or nothing: half a set of keys would be worse than the old one.

use std::path::Path;

use super::newcomers::{Newcomers, place};
use super::opening::Opener;
use super::reader::Reader;
use super::remembered::{PutRight, put_right};
use super::secrets::Secrets;
use super::watch::Print;
use crate::clock::Timestamp;
use crate::keyring::list::{self, KeyList};
use crate::keyring::model::{Key, KeySet, KeyState};
use crate::keyring::rotation::Change;
use crate::keyring::{KeyringError, files};

/// A folder as it was read.
pub(super) struct Contents {
    /// The list, with what was taken up.
    pub(super) list: KeyList,
    /// Private halves.
    pub(super) secrets: Secrets,
    /// Whether there is a list at all.
    pub(super) is_listed: bool,
    /// Whether the list differs from the one that is written: it should be written.
    pub(super) is_news: bool,
    /// Keys that it brought back and that stay revoked.
    pub(super) put_right: Vec<Change>,
    /// What the folder looked like before it was read.
    pub(super) print: Print,
}

/// What is known before a folder is read.
pub(super) struct Known<'a> {
    /// What worked until now: where there is no list, it tells which of the files is no
    /// newcomer.
    pub(super) current: Option<&'a KeySet>,
    /// What was revoked.
    pub(super) revoked: &'a [Key],
}

/// Reads a folder.
///
/// # Errors
/// [`KeyringError`] names the first file that is wrong.
pub(super) fn read(
    folder: &Path,
    opener: Opener<'_>,
    known: &Known<'_>,
    now: Timestamp,
) -> Result<Contents, KeyringError> {
    files::check_folder(folder)?;
    let print = Print::of(folder)?;
    let reader = Reader {
        folder,
        opener,
        now,
    };
    let path = folder.join(list::FILE);
    let is_listed = path.exists();
    let mut list = if is_listed {
        list::read(&files::read_list(&path)?).map_err(|reason| reader.list_error(reason))?
    } else {
        KeyList::default()
    };
    let is_empty = list.keys.keys.is_empty();
    let PutRight { mut changes, added } = put_right(&mut list.keys, known.revoked);
    let mut secrets = Secrets::new();
    let mut is_news = !(changes.is_empty() && added.is_empty());
    for key in &mut list.keys.keys {
        is_news |= reader.complete(key, &mut secrets)?;
    }
    let Newcomers {
        keys: newcomers,
        revoked,
    } = reader.newcomers(&list.keys, &mut secrets)?;
    is_news |= !newcomers.is_empty();
    // Without its entry it would have come back. Who holds it already has told of that.
    changes.extend(
        revoked
            .into_iter()
            .filter(|change| known.current.is_none() && added.contains(&change.kid)),
    );
    if is_empty {
        place(&mut list.keys, newcomers, known.current, now);
    } else {
        for mut key in newcomers {
            tracing::info!(
                kid = key.kid,
                file = key.file,
                "a file that the list does not name is taken up as the next key"
            );
            key.state = KeyState::Next;
            list.keys.keys.push(key);
        }
    }
    Ok(Contents {
        list,
        secrets,
        is_listed,
        is_news,
        put_right: changes,
        print,
    })
}

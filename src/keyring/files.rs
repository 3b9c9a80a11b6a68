//! Key files: modes are checked before a byte is read, and every file is replaced as a
//! whole (temporary file, fsync, rename, fsync of the folder), so that a crash leaves the
//! old one or the new one.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyringError;

/// Any access by others, or writing by the group. Kubernetes mounts secrets as 0440.
const TOO_OPEN: u32 = 0o027;

/// Writing by the group or by others.
const WRITABLE: u32 = 0o022;
/// Who may not rename or remove another's files in a folder that all may write into: how
/// Kubernetes mounts secrets.
const STICKY: u32 = 0o1000;

/// The longest file of a key: the largest RSA key has a hundredth of it.
const LONGEST_KEY: u64 = 1 << 20;
/// The longest list: tens of thousands of keys.
const LONGEST_LIST: u64 = 64 << 20;

/// Makes the folder, for its owner alone, unless it is there. A folder that others can write
/// into is refused: they could put a key of theirs in place of ours.
pub(super) fn make_folder(folder: &Path) -> Result<(), KeyringError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            let is_in_the_way = folder.exists() && !folder.is_dir();
            KeyringError::File {
                path: folder.display().to_string(),
                reason: if is_in_the_way {
                    "it is not a folder".to_owned()
                } else {
                    error.to_string()
                },
            }
        })?;
    check_folder(folder)
}

/// Refuses a folder that others can write into.
pub(super) fn check_folder(folder: &Path) -> Result<(), KeyringError> {
    let mode = mode(folder)?;
    if mode & WRITABLE != 0 && mode & STICKY == 0 {
        return Err(writable(folder, mode));
    }
    Ok(())
}

/// Whether this process may make files there. A full disk is no reason to say no: it won't be
/// full for ever.
#[must_use]
pub fn can_write(folder: &Path) -> bool {
    let probe = folder.join(".probe.new");
    let made = OpenOptions::new()
        .write(true)
        // Never one that is there: it may be a link to what must not be emptied.
        .create_new(true)
        .mode(0o600)
        .open(&probe);
    // What stays is removed at the next start. One that was there tells by its removal.
    let removed = fs::remove_file(&probe);
    let refuses = |error: &std::io::Error| {
        matches!(
            error.kind(),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
        )
    };
    match made {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            !removed.as_ref().is_err_and(refuses)
        }
        Err(error) => !refuses(&error),
    }
}

/// Removes what a process that was killed between writing and renaming left behind.
pub(super) fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with('.') && name.ends_with(".new"));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // Best effort: it hinders nobody, and is replaced when its name is needed.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes a file of the folder; one that is gone is gone.
pub(super) fn remove(folder: &Path, name: &str) -> Result<(), KeyringError> {
    let path = folder.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(&path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Reads a secret file after a look at its mode.
pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<String>, KeyringError> {
    let mode = mode_of_file(path, LONGEST_KEY)?;
    if mode & TOO_OPEN != 0 {
        return Err(KeyringError::OpenToOthers {
            path: path.display().to_string(),
            mode,
        });
    }
    read(path).map(Zeroizing::new)
}

/// Reads a file that holds no secret, but decides: the list of keys.
pub(super) fn read_list(path: &Path) -> Result<String, KeyringError> {
    let mode = mode_of_file(path, LONGEST_LIST)?;
    if mode & WRITABLE != 0 {
        return Err(writable(path, mode));
    }
    read(path)
}

fn read(path: &Path) -> Result<String, KeyringError> {
    fs::read_to_string(path).map_err(|error| file_error(path, &error))
}

/// Writes a file of mode 0600, replacing what was there as a whole.
pub(super) fn replace(folder: &Path, name: &str, content: &str) -> Result<(), KeyringError> {
    let temporary = temporary(folder, name);
    let written = write(&temporary, content)
        .and_then(|()| put_in_place(folder, name))
        .and_then(|()| sync(folder));
    if written.is_err() {
        // Best effort: the error that is reported is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Replaces several files, each as a whole: all are on the disk before the first takes its
/// place, so that a full disk changes nothing. Where it fails after that, it is said how many
/// are in their place.
pub(super) fn replace_all(
    folder: &Path,
    files: &[(String, Zeroizing<String>)],
) -> Result<(), (usize, KeyringError)> {
    let mut done = 0;
    let mut all = || {
        for (name, content) in files {
            write(&temporary(folder, name), content)?;
        }
        for (name, _) in files {
            put_in_place(folder, name)?;
            done += 1;
        }
        sync(folder)
    };
    all().map_err(|error| {
        for (name, _) in files {
            // Those that are still there. Best effort: the next one removes what is left.
            let _ = fs::remove_file(temporary(folder, name));
        }
        (done, error)
    })
}

/// Whether a name is a link to a file that is elsewhere.
pub(super) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// Where a file lies until it takes its place.
fn temporary(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.new"))
}

fn write(temporary: &Path, content: &str) -> Result<(), KeyringError> {
    // What an interrupted start may have left behind.
    if temporary.exists() {
        fs::remove_file(temporary).map_err(|error| file_error(temporary, &error))?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(temporary)
        .map_err(|error| file_error(temporary, &error))?;
    file.write_all(content.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| file_error(temporary, &error))
}

fn put_in_place(folder: &Path, name: &str) -> Result<(), KeyringError> {
    let path = folder.join(name);
    fs::rename(temporary(folder, name), &path).map_err(|error| file_error(&path, &error))
}

fn sync(folder: &Path) -> Result<(), KeyringError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| file_error(folder, &error))
}

/// The names of the files of a folder that end in `suffix`, sorted.
pub(super) fn names(folder: &Path, suffix: &str) -> Result<Vec<String>, KeyringError> {
    names_of_any(folder, &[suffix])
}

/// The names of the files of a folder that end in one of `suffixes`, sorted.
pub(super) fn names_of_any(folder: &Path, suffixes: &[&str]) -> Result<Vec<String>, KeyringError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| file_error(folder, &error))? {
        let entry = entry.map_err(|error| file_error(folder, &error))?;
        if let Ok(name) = entry.file_name().into_string()
            && suffixes.iter().any(|suffix| name.ends_with(suffix))
            && !name.starts_with('.')
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn mode(path: &Path) -> Result<u32, KeyringError> {
    let file = fs::metadata(path).map_err(|error| file_error(path, &error))?;
    mode_in(path, &file)
}

/// The mode of a file that may be read: one without end (a log that was copied here, a hole of
/// a terabyte) would take all memory.
fn mode_of_file(path: &Path, longest: u64) -> Result<u32, KeyringError> {
    let file = fs::metadata(path).map_err(|error| file_error(path, &error))?;
    if file.len() > longest {
        return Err(KeyringError::File {
            path: path.display().to_string(),
            reason: format!("it is too long: {} bytes", file.len()),
        });
    }
    mode_in(path, &file)
}

fn mode_in(path: &Path, file: &fs::Metadata) -> Result<u32, KeyringError> {
    // A pipe or a device would make the start wait for ever.
    if !file.is_file() && !file.is_dir() {
        return Err(KeyringError::File {
            path: path.display().to_string(),
            reason: "it is not a file".to_owned(),
        });
    }
    Ok(file.permissions().mode() & 0o7777)
}

fn writable(path: &Path, mode: u32) -> KeyringError {
    KeyringError::WritableByOthers {
        path: path.display().to_string(),
        mode,
    }
}

pub(super) fn file_error(path: &Path, error: &std::io::Error) -> KeyringError {
    KeyringError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}

/// Whether a file of a key is encrypted, by its first line; nothing where it can't be read.
#[must_use]
pub fn is_encrypted(path: &Path) -> Option<bool> {
    let mut line = [0_u8; 64];
    let read = File::open(path).ok()?.read(&mut line).ok()?;
    let line = line.get(..read)?;
    Some(line.starts_with(b"-----BEGIN ENCRYPTED "))
}

//! Keys and passphrases that come from files and go into them. They are never an argument,
//! which everybody on the machine can see, and what was read is overwritten in memory.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use zeroize::Zeroizing;

use crate::cli::say;
use crate::operator::keys::SecretText;

/// Standard input or output.
const STANDARD: &str = "-";

/// More than any key: what is larger is another file.
const LARGEST: u64 = 32 * 1024;

/// Whether a path means standard input or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// A private key.
pub(super) fn key(path: &Path) -> anyhow::Result<SecretText> {
    let bytes = if is_standard(path) {
        if std::io::stdin().is_terminal() {
            bail!("a terminal shows what is typed: name the key's file, or pipe the key in");
        }
        take(std::io::stdin().lock(), "standard input")?
    } else {
        let shown = path.display().to_string();
        take(open(path)?, &shown)?
    };
    // A copy in the form that is overwritten when it is let go; what is not text is a key in
    // DER, most likely.
    std::str::from_utf8(&bytes)
        .map(SecretText::new)
        .map_err(|_| {
            anyhow::anyhow!(
                "{} is not text: a key must be PEM or JWK, and one in DER is made PEM by \
             openssl pkey -inform der",
                shown(path)
            )
        })
}

/// A passphrase: the file's first line.
pub(super) fn passphrase(path: &Path) -> anyhow::Result<SecretText> {
    let shown = path.display().to_string();
    let bytes = take(open(path)?, &shown)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| anyhow::anyhow!("{shown} is no passphrase: it is not text"))?;
    // As the configuration reads its own: one that worked there works here.
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        bail!("{shown} is empty, and that is no passphrase");
    }
    if line.contains('\n') {
        bail!("{shown} has several lines: a passphrase is one");
    }
    Ok(SecretText::new(line))
}

fn shown(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Opens a file with a secret in it; who else can read it is told.
fn open(path: &Path) -> anyhow::Result<File> {
    let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
    let mode = file.metadata().map_or(0, |metadata| metadata.mode());
    if mode & 0o004 != 0 {
        say::wrong(&format!(
            "Warning: {} can be read by everybody on this machine (mode {:04o}); \
             run: chmod 600 {}",
            path.display(),
            mode & 0o7777,
            path.display()
        ));
    }
    Ok(file)
}

fn take(from: impl std::io::Read, shown: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    // As large as it can become: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(LARGEST + 1).unwrap_or_default(),
    ));
    from.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{shown} can't be read"))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        bail!("{shown} is too large for a key or a passphrase");
    }
    Ok(bytes)
}

/// A new file for a key, made before anything is asked for. It is removed unless it was filled.
pub(super) struct NewFile {
    path: PathBuf,
    file: File,
    is_filled: bool,
}

impl NewFile {
    /// Makes it, readable by its owner alone where it is `private`. One that is there, be it a
    /// link, is left as it is.
    pub(super) fn make(path: &Path, private: bool) -> anyhow::Result<Self> {
        let mode = if private { 0o600 } else { 0o644 };
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path);
        let file = made.map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => anyhow::anyhow!(
                "{} is there already, and nothing is written over it",
                path.display()
            ),
            _ => anyhow::Error::new(error).context(format!("{} can't be made", path.display())),
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
            is_filled: false,
        })
    }

    /// Fills it, down to the disk.
    pub(super) fn fill(mut self, text: &str) -> anyhow::Result<()> {
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_all())
            .with_context(|| format!("{} can't be written", self.path.display()))?;
        self.is_filled = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_filled {
            // It is ours, made a moment ago, and empty or broken.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

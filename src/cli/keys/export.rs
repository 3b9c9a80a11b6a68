//! `keys export`: a copy of a key, to standard output or into a new file.

use super::desk::Desk;
use super::files::{self, NewFile};
use super::named;
use super::options::Export;
use crate::cli::say;
use crate::operator::keys::{KeyQuestion, KeyRequest};

pub(super) async fn run(desk: &Desk<'_>, arguments: Export) -> anyhow::Result<()> {
    let passphrase = arguments
        .passphrase_file
        .as_deref()
        .map(files::passphrase)
        .transpose()?;
    let (kid, _) = named::key(desk, &arguments.kid).await?;
    let out = arguments
        .out
        .as_deref()
        .filter(|path| !files::is_standard(path));
    // Before the key is asked for: a private one leaves the server only if it can be put down.
    let file = out
        .map(|path| NewFile::make(path, arguments.private))
        .transpose()?;
    let is_plain = arguments.private && passphrase.is_none();
    let exported = desk
        .export(&KeyRequest::new(KeyQuestion::Export {
            kid,
            private: arguments.private,
            format: arguments.format.into(),
            passphrase,
        }))
        .await?;
    let text = exported.text.expose();
    let Some(file) = file else {
        return say::out(text.trim_end());
    };
    file.fill(text)?;
    if is_plain {
        say::wrong("This file is not encrypted: who reads it can sign as this server does.");
    }
    Ok(())
}

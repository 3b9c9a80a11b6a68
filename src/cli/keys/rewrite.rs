//! `keys rewrite`: the files of all private keys, under the passphrase that is configured now.
//! Files are named, and nothing that is in them.

use secrecy::ExposeSecret as _;

use super::acting::needs_confirmation;
use super::desk::Desk;
use super::options::Changing;
use super::{json, terminal};
use crate::cli::configuration::File;
use crate::cli::say;
use crate::cli::table::{Table, printable};
use crate::keyring::Kept;
use crate::operator::keys::{KeyQuestion, KeyRequest, Rewritten, SecretText};

/// What the configuration says of a passphrase, as it is seen from here.
#[derive(Debug)]
enum Configured {
    /// This one.
    This(SecretText),
    /// None. A server may have been told one by a variable of its unit all the same.
    None,
    /// It can't be read here: a credential of a unit, which only the server sees.
    Unknown,
}

impl Configured {
    fn of(file: &File) -> Self {
        match file.key_place().map(|place| place.keys.passphrase) {
            Ok(Some(passphrase)) => Self::This(SecretText::new(passphrase.expose_secret())),
            Ok(None) => Self::None,
            Err(_) => Self::Unknown,
        }
    }
}

pub(super) async fn run(desk: &Desk<'_>, file: &File, changing: &Changing) -> anyhow::Result<()> {
    let configured = Configured::of(file);
    let passphrase = match &configured {
        Configured::This(passphrase) => Some(passphrase.clone()),
        Configured::None | Configured::Unknown => None,
    };
    let request = KeyRequest::new(KeyQuestion::Rewrite { passphrase });
    if changing.dry_run {
        let answer = desk.would_rewrite(request).await?;
        show(&answer, &configured, changing.json)?;
        if !changing.json {
            say::wrong("Nothing was done: this was a dry run.");
        }
        return Ok(());
    }
    let done = match desk.rewrite(&request).await {
        Err(error) if needs_confirmation(&error) => {
            let planned = desk.would_rewrite(request.clone()).await?;
            say::wrong(&words(&planned));
            terminal::confirm(changing.yes, "the keys would lie there in plain").await?;
            desk.rewrite(&request.expecting(planned.generation)).await
        }
        done => done,
    }?;
    show(&done, &configured, changing.json)
}

fn show(answer: &Rewritten, configured: &Configured, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return json::show(answer);
    }
    say::out(&words(answer))?;
    if matches!(configured, Configured::None) && answer.encrypted && !answer.at_rest {
        say::wrong(
            "The configuration names no passphrase here, but the server was started with one. To \
             take the encryption off, stop the server and run this again with \
             --old-passphrase-file.",
        );
    }
    if answer.encrypted && answer.files.iter().any(|file| file.was == Kept::Plain) {
        say::wrong(
            "What lay there in plain may still be found in backups, and on the disk where the \
             files were: whom that worries rotates the keys.",
        );
    }
    Ok(())
}

/// What was done, or would be.
fn words(answer: &Rewritten) -> String {
    let folder = printable(&answer.directory);
    let how = match (answer.encrypted, answer.at_rest) {
        (false, _) => "in plain",
        (true, true) => "under the passphrase that is configured",
        (true, false) => "under the passphrase that the server was started with",
    };
    let right = answer.right;
    if answer.files.is_empty() {
        return match right {
            0 => format!("There are no keys in {folder}."),
            1 => format!("The key in {folder} is {how} already."),
            _ => format!("All {right} keys in {folder} are {how} already."),
        };
    }
    let count = answer.files.len();
    let said = if answer.done {
        format!("{} {how} now in {folder}:", keys_are(count, "is", "are"))
    } else {
        format!(
            "{} {how} in {folder}:",
            keys_are(count, "is put", "are put")
        )
    };
    let mut lines = vec![said, String::new()];
    let headings = ["FILE", "WAS"];
    let rows: Vec<[String; 2]> = answer
        .files
        .iter()
        .map(|file| [printable(&file.file), lay(file.was).to_owned()])
        .collect();
    let mut table = Table::of(&headings);
    for row in &rows {
        table.fit(row);
    }
    lines.push(table.line(&headings));
    lines.extend(rows.iter().map(|row| table.line(row)));
    if right > 0 {
        lines.push(String::new());
        lines.push(format!("{} so already.", keys_are(right, "is", "are")));
    }
    lines.join("\n")
}

fn keys_are(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 key {one}"),
        _ => format!("{count} keys {several}"),
    }
}

const fn lay(kept: Kept) -> &'static str {
    match kept {
        Kept::Plain => "in plain",
        Kept::Passphrase => "under the passphrase",
        Kept::OldPassphrase => "under the old passphrase",
    }
}

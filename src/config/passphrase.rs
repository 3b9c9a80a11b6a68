//! The passphrase with which private keys are kept encrypted: written in place, in a file, or
//! in a credential that systemd hands to the unit alone (`LoadCredential=`, systemd.exec(5)).
//! No message holds it, nor the name of the credential: who mixes the keys up writes the
//! passphrase where a name belongs.

use secrecy::{ExposeSecret as _, SecretString};

use super::reader::{Found, Section};
use super::secret;

const PLAIN: &str = "passphrase";
const FILE: &str = "passphrase_file";
const CREDENTIAL: &str = "passphrase_credential";

/// What can be tried at home: whoever has the folder has all the time in the world.
const SHORTEST: usize = 12;

pub(super) fn take(section: &mut Section<'_>) -> Option<SecretString> {
    let twice = section.has(CREDENTIAL) && (section.has(PLAIN) || section.has(FILE));
    let written = secret::take(section, PLAIN, FILE);
    let credential = section.text(CREDENTIAL);
    if twice {
        let at = credential.map_or_else(|| section.header(), |found| found.at);
        section.fault(
            &at,
            format!("`{CREDENTIAL}` is given beside `{PLAIN}` or `{FILE}`; keep one"),
        );
        return None;
    }
    let found = match credential {
        Some(name) => of_credential(section, &name)?,
        None => written?,
    };
    if found.value.expose_secret().len() < SHORTEST {
        section.warn(
            &found.at,
            format!(
                "the passphrase has less than {SHORTEST} characters: whoever gets a copy of the \
                 keys can guess it"
            ),
        );
    }
    Some(found.value)
}

fn of_credential(section: &mut Section<'_>, name: &Found<String>) -> Option<Found<SecretString>> {
    let Found { value, at } = name;
    // The name is looked up in a folder, and must not lead out of it.
    if value.contains('/') || matches!(value.as_str(), "." | "..") {
        section.fault(
            at,
            format!(
                "`{CREDENTIAL}` must be the name of a credential like \"keys\", without a path"
            ),
        );
        return None;
    }
    match section.reading().credential(value) {
        Some(path) => secret::read_file(section, CREDENTIAL, &path, at),
        None => {
            section.reading().absent(
                at,
                format!(
                    "`{CREDENTIAL}` can't be read: $CREDENTIALS_DIRECTORY is not set, as it is by \
                     systemd in a unit with LoadCredential=; elsewhere name a file, like \
                     DINGPASS__KEYS__PASSPHRASE_FILE=/path"
                ),
            );
            None
        }
    }
}

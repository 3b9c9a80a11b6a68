//! One reading of a file: the folder that its paths count from, what it is read for, and all
//! that was noticed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::tree::Origin;
use super::{Notice, Place};

/// The variable in which systemd names the folder of a unit's credentials.
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// What a reading collects.
pub(super) struct Reading {
    folder: PathBuf,
    credentials: Option<PathBuf>,
    is_rehearsal: bool,
    faults: Vec<(Origin, String)>,
    warnings: Vec<(Origin, String)>,
}

impl Reading {
    /// An empty one.
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            credentials: None,
            is_rehearsal: false,
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// With the folder of credentials that the environment names (systemd.exec(5)).
    pub(super) fn with_credentials(mut self, environment: &BTreeMap<String, String>) -> Self {
        self.credentials = environment.get(CREDENTIALS_DIRECTORY).map(PathBuf::from);
        self
    }

    /// For a look alone: nothing is going to run with what is read.
    pub(super) fn rehearsal(mut self) -> Self {
        self.is_rehearsal = true;
        self
    }

    /// The file of a credential, where there is a folder of them.
    pub(super) fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name))
    }

    /// Notes what is missing here, but not where the server runs: a rehearsal is only warned.
    pub(super) fn absent(&mut self, at: &Origin, message: impl Into<String>) {
        if self.is_rehearsal {
            self.warn(at, message);
        } else {
            self.fault(at, message);
        }
    }

    /// A path of the file, counted from the file's folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// Notes what makes the configuration unusable.
    pub(super) fn fault(&mut self, at: &Origin, message: impl Into<String>) {
        self.faults.push((at.clone(), message.into()));
    }

    /// Notes what works, but deserves a look.
    pub(super) fn warn(&mut self, at: &Origin, message: impl Into<String>) {
        self.warnings.push((at.clone(), message.into()));
    }

    /// Faults and warnings, in the order of the file; those of the environment follow.
    pub(super) fn into_notices(self, text: &str) -> (Vec<Notice>, Vec<Notice>) {
        (notices(self.faults, text), notices(self.warnings, text))
    }
}

fn notices(mut noted: Vec<(Origin, String)>, text: &str) -> Vec<Notice> {
    noted.sort_by(|(left, _), (right, _)| match (left, right) {
        (Origin::File(left), Origin::File(right)) => left.cmp(right),
        (Origin::Environment(left), Origin::Environment(right)) => left.cmp(right),
        (Origin::File(_), Origin::Environment(_)) => std::cmp::Ordering::Less,
        (Origin::Environment(_), Origin::File(_)) => std::cmp::Ordering::Greater,
    });
    let mut notices: Vec<Notice> = noted
        .into_iter()
        .map(|(origin, message)| Notice {
            place: place(&origin, text),
            message,
        })
        .collect();
    // The reader of TOML may find the same flaw on two of its ways.
    notices.dedup();
    notices
}

fn place(origin: &Origin, text: &str) -> Place {
    match origin {
        Origin::Environment(name) => Place::Environment(name.to_string()),
        Origin::File(byte) => {
            let before = text.get(..*byte).unwrap_or(text);
            let line = before.rsplit('\n').next().unwrap_or_default();
            Place::File {
                line: before.matches('\n').count() + 1,
                column: line.chars().count() + 1,
            }
        }
    }
}

//! What the simulator remembers, behind one lock.
//!
//! No handler waits for anything while it holds the lock, so one lock is enough and every call
//! sees a consistent world.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::app::App;
use super::directory::Directory;
use super::fault::Faults;
use super::journal::Journal;
use super::limits::Limits;
use super::redirect::CodeNames;
use super::tickets::Tickets;
use super::tokens::Tokens;
use super::{AutoLogin, Settings, SettingsError};
use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;

/// The state that all handlers share.
pub(super) struct Shared {
    world: Mutex<World>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Redirect URLs registered besides the loopback callbacks.
    pub(super) redirects: Vec<String>,
}

/// Everything that can change.
pub(super) struct World {
    pub(super) directory: Directory,
    pub(super) apps: Vec<App>,
    pub(super) tokens: Tokens,
    pub(super) tickets: Tickets,
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) auto_login: Option<AutoLogin>,
    pub(super) code_names: CodeNames,
}

impl World {
    /// The app with this client id.
    pub(super) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Result<Self, SettingsError> {
        let (directory, apps) = Directory::read(settings.people.as_deref())?;
        if let Some(AutoLogin::UserId(key)) = &settings.auto_login
            && directory.by_key(key).is_none()
        {
            return Err(SettingsError::UnknownPerson(key.clone()));
        }
        Ok(Self {
            world: Mutex::new(World {
                directory,
                apps,
                tokens: Tokens::default(),
                tickets: Tickets::default(),
                limits: Limits::default(),
                faults: Faults::default(),
                journal: Journal::default(),
                auto_login: settings.auto_login,
                code_names: CodeNames::default(),
            }),
            clock: settings.clock,
            entropy: settings.entropy,
            redirects: settings.redirects,
        })
    }

    /// The world, locked. A panic in another handler leaves nothing half-written that matters
    /// here, so a poisoned lock is taken all the same.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// 32 hexadecimal digits: the form DingTalk's codes and tokens have.
    pub(super) fn secret(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.entropy.fill(&mut bytes);
        hex(&bytes)
    }

    /// A request id as the new host writes it: an upper-case UUID.
    pub(super) fn api_request_id(&self) -> String {
        let digits = self.secret().to_uppercase();
        let mut id = String::with_capacity(36);
        for (position, digit) in digits.chars().enumerate() {
            if matches!(position, 8 | 12 | 16 | 20) {
                id.push('-');
            }
            id.push(digit);
        }
        id
    }

    /// A request id as the old host writes it: thirteen lower-case letters and digits.
    pub(super) fn oapi_request_id(&self) -> String {
        const ALPHABET: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut bytes = [0_u8; 13];
        self.entropy.fill(&mut bytes);
        bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .map(|byte| char::from(*byte))
            .collect()
    }
}

/// `bytes` as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

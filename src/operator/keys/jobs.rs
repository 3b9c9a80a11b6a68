//! What is asked for, as the rules, the folder and the audit log each need to hear it.

use std::sync::Arc;

use serde::Deserialize;

use super::outlook::Deed;
use super::own_thread::on_its_own_thread;
use super::scene::Scene;
use super::{KeyQuestion, Refusal, RefusalCause, SecretText};
use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::event::OperatorAct;
use crate::domain::id::ClientId;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::model::{KeySet, KeyState, KeyUse};
use crate::keyring::rotation::Act;
use crate::keyring::{KeyFormatError, PreparedKey, PrivateKey, Signer as _, Wish, check_kid};

/// One act.
pub(super) struct Job {
    /// For the rules.
    pub(super) deed: Deed,
    /// For the folder.
    pub(super) wish: Wish,
    /// For the audit log, which hears of it first: acts that change no state of a key at once.
    pub(super) told_first: Option<OperatorAct>,
    /// Its set; none for acts that are about a client.
    pub(super) key_use: Option<KeyUse>,
    /// The key that it is about, where its name is known.
    pub(super) kid: Option<String>,
}

/// A key that was brought in, checked.
pub(super) struct Imported {
    key: Arc<PrivateKey>,
    algorithm: SigningAlg,
    kid: String,
    /// Its public half.
    public: String,
}

/// A key in text.
pub(super) struct ImportText {
    pub(super) text: SecretText,
    pub(super) passphrase: Option<SecretText>,
    pub(super) algorithm: Option<SigningAlg>,
    pub(super) kid: Option<String>,
}

/// Reads a key. Takes its time where it is encrypted.
pub(super) async fn read(import: ImportText) -> Result<Imported, Refusal> {
    on_its_own_thread(move || read_now(&import))
        .await
        .map_err(|_| Refusal::broken_off())?
}

fn read_now(import: &ImportText) -> Result<Imported, Refusal> {
    let passphrase = import.passphrase.as_ref().map(SecretText::secret);
    let key = PrivateKey::parse(import.text.expose().as_bytes(), passphrase).map_err(|error| {
        let is_about_passphrase = matches!(
            error,
            KeyFormatError::PassphraseNeeded | KeyFormatError::WrongPassphrase
        );
        let cause = if is_about_passphrase {
            RefusalCause::Passphrase
        } else {
            RefusalCause::NotAKey
        };
        Refusal::of(cause, format!("the key can't be used: {error}"))
    })?;
    let algorithm = import
        .algorithm
        .or(key.given_alg())
        .unwrap_or_else(|| key.kind().usual_alg());
    if !key.kind().fits(algorithm) {
        return Err(Refusal::of(
            RefusalCause::OtherAlgorithm,
            format!(
                "it is {}, which can't sign {}",
                key.kind().as_str(),
                algorithm.as_str()
            ),
        ));
    }
    let kid = import
        .kid
        .clone()
        .or_else(|| key.given_kid().map(str::to_owned));
    if let Some(kid) = &kid {
        check_kid(kid).map_err(|bad| {
            Refusal::of(
                RefusalCause::BadValue,
                format!("the kid can't be used: {bad}"),
            )
        })?;
    }
    let not_a_key = |error: &dyn std::fmt::Display| {
        Refusal::of(
            RefusalCause::NotAKey,
            format!("the key can't be used: {error}"),
        )
    };
    let prepared = PreparedKey::new(&key, algorithm, kid).map_err(|error| not_a_key(&error))?;
    let public =
        serde_json::to_string(&prepared.public_jwk()).map_err(|error| not_a_key(&error))?;
    Ok(Imported {
        kid: prepared.kid().to_owned(),
        algorithm,
        public,
        key: Arc::new(key),
    })
}

impl Imported {
    fn job(self, keys: &KeySet) -> Result<Job, Refusal> {
        let key_use = KeyUse::Sign(self.algorithm);
        for other in &keys.keys {
            let is_same = other
                .public
                .as_deref()
                .is_some_and(|public| numbers(public) == numbers(&self.public));
            if !is_same || other.kid == self.kid {
                continue;
            }
            // One RSA key may sign both ways, as it did where it comes from; a revoked one
            // never comes back.
            if other.state != KeyState::Revoked && other.key_use != key_use {
                continue;
            }
            return Err(Refusal::of(
                RefusalCause::AlreadyThere,
                format!(
                    "that key is here already under the name {} ({})",
                    other.kid,
                    other.state.as_str()
                ),
            ));
        }
        Ok(Job {
            deed: Deed::Enter(key_use, Some(self.kid.clone())),
            wish: Wish::Import {
                key: self.key,
                algorithm: self.algorithm,
                kid: Some(self.kid.clone()),
            },
            told_first: None,
            key_use: Some(key_use),
            kid: Some(self.kid),
        })
    }
}

/// The numbers of a public key, without its name and algorithm.
#[derive(PartialEq, Eq, Deserialize)]
struct Numbers {
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

/// Nothing where there are none: then two are never the same.
fn numbers(public: &str) -> Option<Numbers> {
    serde_json::from_str(public).ok()
}

/// The acts that a question asks for.
pub(super) async fn jobs(scene: &Scene<'_>, ask: KeyQuestion) -> Result<Vec<Job>, Refusal> {
    let job = match ask {
        KeyQuestion::Generate { algorithm } => Job {
            deed: Deed::Enter(algorithm.0, None),
            wish: Wish::Generate(algorithm.0),
            told_first: None,
            key_use: Some(algorithm.0),
            kid: None,
        },
        KeyQuestion::Rotate { algorithm, now } => {
            let sets = algorithm.map_or_else(|| scene.policy.uses.clone(), |set| vec![set.0]);
            let rotate = |key_use| Act::Rotate { key_use, now };
            return Ok(sets
                .into_iter()
                .map(|key_use| of_rules(rotate(key_use), Some(key_use), None))
                .collect());
        }
        KeyQuestion::Promote { kid, now } => {
            let act = Act::Promote {
                kid: kid.clone(),
                now,
            };
            of_rules(act, use_of(scene, &kid), Some(kid))
        }
        KeyQuestion::Retire { kid } => {
            let act = Act::Retire { kid: kid.clone() };
            of_rules(act, use_of(scene, &kid), Some(kid))
        }
        KeyQuestion::Revoke { kid, keep_sessions } => Job {
            deed: Deed::Revoke(kid.clone()),
            wish: Wish::Revoke {
                kid: kid.clone(),
                keep_sessions,
            },
            told_first: None,
            key_use: use_of(scene, &kid),
            kid: Some(kid),
        },
        KeyQuestion::Import {
            text,
            passphrase,
            algorithm,
            kid,
        } => {
            let import = ImportText {
                text,
                passphrase,
                algorithm,
                kid,
            };
            read(import).await?.job(scene.keys())?
        }
        KeyQuestion::Pin { client, kid, until } => pin(scene, client, kid, until)?,
        KeyQuestion::Unpin { client } => unpin(scene, client)?,
        // Not for here: they change nothing.
        KeyQuestion::List
        | KeyQuestion::Status
        | KeyQuestion::Export { .. }
        | KeyQuestion::Rewrite { .. } => {
            return Ok(Vec::new());
        }
    };
    Ok(vec![job])
}

fn of_rules(act: Act, key_use: Option<KeyUse>, kid: Option<String>) -> Job {
    Job {
        told_first: takeover_asked(&act, key_use),
        deed: Deed::Act(act.clone()),
        wish: Wish::Act(act),
        key_use,
        kid,
    }
}

/// Who asks for a takeover, perhaps months before its time, is told: the change itself comes
/// later, and is then that of the schedule.
fn takeover_asked(act: &Act, key_use: Option<KeyUse>) -> Option<OperatorAct> {
    let kid = match act {
        Act::Rotate { now: false, .. } => None,
        Act::Promote { kid, now: false } => Some(kid.clone()),
        Act::Rotate { now: true, .. }
        | Act::Promote { now: true, .. }
        | Act::Enter(..)
        | Act::Retire { .. }
        | Act::Revoke { .. }
        | Act::Pin { .. }
        | Act::Unpin { .. } => return None,
    };
    let algorithm = key_use?.as_str().to_owned();
    Some(OperatorAct::TakeoverAsked { algorithm, kid })
}

fn use_of(scene: &Scene<'_>, kid: &str) -> Option<KeyUse> {
    scene.keys().find(kid).map(|key| key.key_use)
}

fn pin(scene: &Scene<'_>, client: ClientId, kid: String, until: i64) -> Result<Job, Refusal> {
    let known = client_of(scene, &client)?;
    let key_use = KeyUse::Sign(known.id_token_signed_response_alg);
    if let Some(key) = scene.keys().find(&kid)
        && key.key_use != key_use
    {
        return Err(Refusal::of(
            RefusalCause::OtherAlgorithm,
            format!(
                "the tokens of {client} are signed with {}, and that key signs with {}",
                key_use.as_str(),
                key.key_use.as_str()
            ),
        ));
    }
    let act = Act::Pin {
        client: client.clone(),
        kid: kid.clone(),
        until: Timestamp::from_millis(until),
    };
    Ok(Job {
        told_first: Some(OperatorAct::ClientPinned {
            client,
            kid: kid.clone(),
            until,
        }),
        ..of_rules(act, None, Some(kid))
    })
}

fn unpin(scene: &Scene<'_>, client: ClientId) -> Result<Job, Refusal> {
    let pin = scene.keys().pins.iter().find(|pin| pin.client == client);
    let kid = pin.map(|pin| pin.kid.clone());
    // A client that is not configured any more may still have one.
    if kid.is_none() {
        client_of(scene, &client)?;
    }
    let act = Act::Unpin {
        client: client.clone(),
    };
    Ok(Job {
        told_first: kid
            .clone()
            .map(|kid| OperatorAct::ClientUnpinned { client, kid }),
        ..of_rules(act, None, kid)
    })
}

fn client_of(scene: &Scene<'_>, client: &ClientId) -> Result<Arc<Client>, Refusal> {
    scene.clients.find(client).ok_or_else(|| {
        Refusal::of(
            RefusalCause::UnknownClient,
            "no client of that name is configured",
        )
    })
}

//! A copy of a key. A private half leaves the house only after the audit log has been told of
//! it: what can't be told is not handed out.

use std::sync::Arc;

use secrecy::SecretString;

use super::own_thread::on_its_own_thread;
use super::refusals::of_act_error;
use super::{Exported, KeyFormat, KeyOffice, Refusal, RefusalCause, SecretText};
use crate::domain::event::OperatorAct;
use crate::domain::key_change::KeyActor;
use crate::entropy::Entropy;
use crate::keyring::model::{Key, KeyUse};
use crate::keyring::{Custody, PublicKey};

/// What is asked for.
pub(super) struct Export {
    pub(super) kid: String,
    pub(super) private: bool,
    pub(super) format: KeyFormat,
    pub(super) passphrase: Option<SecretText>,
}

impl KeyOffice {
    pub(super) async fn export(
        &self,
        export: Export,
        actor: KeyActor,
    ) -> Result<Exported, Refusal> {
        let snapshot = self.snapshot().await?;
        let key = snapshot.keys.find(&export.kid).ok_or_else(|| {
            Refusal::of(
                RefusalCause::UnknownKey,
                format!("there is no key {}", export.kid),
            )
        })?;
        match key.key_use {
            KeyUse::Sign(_) => {}
            KeyUse::Seal => {
                return Err(Refusal::cannot_export(
                    "a key that seals has no use elsewhere and is not exported; a copy of the \
                     folder has all keys",
                ));
            }
        }
        let public = public_half(key)?;
        let (kid, private) = (key.kid.clone(), export.private);
        let text = if private {
            let text = self.private_text(export, public).await?;
            let act = OperatorAct::KeyExported { kid: kid.clone() };
            self.tell_first(actor, act)
                .await
                .map_err(|error| Refusal::cannot_be_told(&error))?;
            text
        } else {
            public_text(&public, export.format)?
        };
        Ok(Exported { kid, private, text })
    }

    async fn private_text(&self, export: Export, public: PublicKey) -> Result<SecretText, Refusal> {
        if export.format == KeyFormat::Jwk && export.passphrase.is_some() {
            return Err(Refusal::cannot_export(
                "a JWK is not encrypted here; choose PEM, or leave the passphrase out",
            ));
        }
        let custody = Arc::clone(&self.parts.custody);
        let entropy = Arc::clone(&self.parts.entropy);
        on_its_own_thread(move || private_text(&custody, entropy.as_ref(), &export, &public))
            .await
            .map_err(|_| Refusal::broken_off())?
    }
}

fn private_text(
    custody: &Custody,
    entropy: &dyn Entropy,
    export: &Export,
    public: &PublicKey,
) -> Result<SecretText, Refusal> {
    let key = custody.export(&export.kid).map_err(of_act_error)?;
    let failed = |_| Refusal::cannot_export("the key can't be written in that form");
    let text = match (export.format, export.passphrase.as_ref()) {
        (KeyFormat::Pem, None) => key.to_pem(),
        (KeyFormat::Pem, Some(passphrase)) => {
            let passphrase: &SecretString = passphrase.secret();
            key.to_encrypted_pem(passphrase, entropy).map_err(failed)?
        }
        (KeyFormat::Jwk, _) => key.to_jwk(public).map_err(failed)?,
    };
    Ok(SecretText::new(text.as_str()))
}

fn public_half(key: &Key) -> Result<PublicKey, Refusal> {
    let text = key.public.as_deref().unwrap_or_default();
    PublicKey::from_jwk_text(text)
        .map_err(|_| Refusal::cannot_export("the public half of that key is not kept"))
}

fn public_text(key: &PublicKey, format: KeyFormat) -> Result<SecretText, Refusal> {
    let text = match format {
        KeyFormat::Jwk => key.to_jwk_text(),
        KeyFormat::Pem => key.to_pem(),
    };
    text.map(SecretText::new)
        .map_err(|_| Refusal::cannot_export("the key can't be written in that form"))
}

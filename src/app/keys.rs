//! How keys are looked after: from a configuration to the settings of their custody.

use crate::config;
use crate::domain::client::Client;
use crate::domain::lifetimes::Lifetimes;
use crate::keyring::Settings;
use crate::keyring::model::KeyUse;
use crate::keyring::rotation::Policy;
use crate::protocol::authorize;

/// What a configuration says of keys.
#[must_use]
pub fn key_settings(keys: &config::Keys, lifetimes: &Lifetimes, clients: &[Client]) -> Settings {
    let uses = keys.in_use(clients).into_iter().map(KeyUse::Sign);
    Settings {
        policy: Policy {
            rotate_every: keys.rotate_every,
            publish_before: keys.publish_before,
            jwks_max_age: keys.jwks_max_age,
            retire_margin: keys.retire_margin,
            token_life: lifetimes.signed(clients),
            sealed_life: lifetimes.access_token.max(authorize::FLOW_LIFETIME),
            hint_life: lifetimes.refresh_absolute,
            uses: uses.chain([KeyUse::Seal]).collect(),
            held: Vec::new(),
        },
        rsa_bits: keys.rsa_bits,
        passphrase: keys.passphrase.clone(),
        old_passphrase: None,
    }
}

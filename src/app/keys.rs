//! How keys are looked after: from a configuration to the settings of their custody.

use std::time::Duration;

use crate::config::Config;
use crate::domain::rsa_bits::RsaBits;
use crate::domain::signing_alg::SigningAlg;
use crate::keyring::Settings;
use crate::keyring::model::KeyUse;
use crate::keyring::rotation::Policy;
use crate::protocol::{authorize, logout};

/// What a configuration says of keys.
#[must_use]
pub fn key_settings(config: &Config) -> Settings {
    let lifetimes = &config.lifetimes;
    let uses = [SigningAlg::Rs256].into_iter().map(KeyUse::Sign);
    Settings {
        policy: Policy {
            rotate_every: Some(Duration::from_secs(90 * 86_400)),
            publish_before: Duration::from_secs(7 * 86_400),
            jwks_max_age: config.keys.jwks_max_age,
            retire_margin: Duration::from_secs(3_600),
            token_life: lifetimes.id_token.max(logout::TOKEN_LIFETIME),
            sealed_life: lifetimes.access_token.max(authorize::FLOW_LIFETIME),
            hint_life: lifetimes.refresh_absolute,
            uses: uses.chain([KeyUse::Seal]).collect(),
            held: Vec::new(),
        },
        rsa_bits: RsaBits::default(),
        passphrase: None,
    }
}

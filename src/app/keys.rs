//! How keys are looked after: from a configuration to the settings of their custody.

use std::sync::Arc;

use super::{Foundation, StartError};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::client::Client;
use crate::domain::lifetimes::Lifetimes;
use crate::entropy::Entropy;
use crate::keyring::Settings;
use crate::keyring::model::KeyUse;
use crate::keyring::rotation::Policy;
use crate::operator::keys::{KeyOffice, Knowledge, Parts};
use crate::protocol::{authorize, logout};

/// What a configuration says of keys.
#[must_use]
pub fn key_settings(keys: &config::Keys, lifetimes: &Lifetimes, clients: &[Client]) -> Settings {
    let uses = keys.in_use(clients).into_iter().map(KeyUse::Sign);
    // Logout tokens are signed where somebody wants them.
    let tells = clients
        .iter()
        .any(|client| client.backchannel_logout.is_some());
    let logout_token = tells.then_some(logout::TOKEN_LIFETIME);
    Settings {
        policy: Policy {
            rotate_every: keys.rotate_every,
            publish_before: keys.publish_before,
            jwks_max_age: keys.jwks_max_age,
            retire_margin: keys.retire_margin,
            token_life: lifetimes.id_token.max(logout_token.unwrap_or_default()),
            sealed_life: lifetimes.access_token.max(authorize::FLOW_LIFETIME),
            hint_life: lifetimes.refresh_absolute,
            uses: uses.chain([KeyUse::Seal]).collect(),
            held: Vec::new(),
        },
        rsa_bits: keys.rsa_bits,
        passphrase: keys.passphrase.clone(),
    }
}

/// The office of keys without a server: over the files and the store that a configuration
/// names. The store comes first, whose lock says whether a server is running after all.
///
/// # Errors
/// [`StartError`]
pub fn keys_at_rest(
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<KeyOffice, StartError> {
    let Foundation {
        clock,
        entropy,
        store,
        custody,
    } = Foundation::open(&config, clock, entropy)?;
    Ok(KeyOffice::new(Parts {
        custody,
        clients: Arc::new(config.clients.into_iter().collect()),
        knowledge: Knowledge::AtRest(Arc::clone(&store) as _),
        signed_by: Arc::clone(&store) as _,
        audit: store as _,
        clock,
        entropy,
        issuer: config.issuer,
        on_unready: config.keys.on_unready,
    }))
}

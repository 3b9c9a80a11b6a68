//! A broker with an application for each algorithm, all in memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Error, anyhow};
use dingpass::app::key_settings;
use dingpass::clock::{Clock as _, SystemClock};
use dingpass::config::{self, Config};
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::Custody;

/// Its configuration, with RSA keys of that size.
pub(crate) fn configuration(rsa_bits: u32) -> Result<Config, Error> {
    let mut text = format!(
        r#"issuer = "https://id.example"

[store]
url = "redb::memory:"

[keys]
rsa_bits = {rsa_bits}

[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
"#
    );
    for alg in SigningAlg::ALL {
        let name = alg.as_str();
        write!(
            text,
            r#"
[[clients]]
client_id = "{name}"
client_secret = "a-secret-of-at-least-32-characters"
redirect_uris = ["https://{name}.example/callback"]
id_token_signed_response_alg = "{name}"
"#
        )?;
    }
    config::load(&text, Path::new("/"), &BTreeMap::new())
        .map_err(|faults| anyhow!(config::describe(&faults, "the bench", &text)))
}

/// Its keys.
pub(crate) fn keys(config: &Config) -> Result<Custody, Error> {
    let settings = key_settings(&config.keys, &config.lifetimes, &config.clients);
    let now = SystemClock.now();
    Ok(Custody::in_memory(
        None,
        settings,
        Arc::new(SystemEntropy),
        now,
    )?)
}

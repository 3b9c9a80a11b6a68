//! The file and the rules of rotation see the same faults: neither layer sees the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use dingpass::app::key_settings;
use dingpass::config::{self, Config};
use dingpass::domain::lifetimes::Lifetimes;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::Settings;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::rotation::Policy;
use proptest::prelude::*;

use super::{CLIENT, load, with};

/// Durations that lie close together, for what is near equal is where two rules differ.
fn seconds() -> impl Strategy<Value = u64> {
    prop_oneof![
        1_u64..6,
        3_590_u64..3_610,
        86_400_u64..86_403,
        1_u64..20_000_000
    ]
}

fn served(config: &Config) -> Settings {
    key_settings(&config.keys, &config.lifetimes, &config.clients)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_file_is_accepted_where_the_policy_has_no_fault(
        every in prop::option::of(seconds()),
        before in seconds(),
        age in seconds(),
        margin in seconds(),
    ) {
        let rotate = every.map_or_else(|| "never".to_owned(), |every| format!("{every}s"));
        let text = with(&format!(
            "{CLIENT}[keys]\nrotate_every = \"{rotate}\"\npublish_before = \"{before}s\"\njwks_max_age = \"{age}s\"\nretire_margin = \"{margin}s\"",
        ));
        let lifetimes = Lifetimes::default();
        let policy = Policy {
            rotate_every: every.map(Duration::from_secs),
            publish_before: Duration::from_secs(before),
            jwks_max_age: Duration::from_secs(age),
            retire_margin: Duration::from_secs(margin),
            token_life: lifetimes.id_token,
            sealed_life: lifetimes.access_token,
            hint_life: lifetimes.refresh_absolute,
            uses: vec![KeyUse::Sign(SigningAlg::Rs256), KeyUse::Seal],
            held: Vec::new(),
        };
        match (load(&text), policy.fault()) {
            (Ok(config), None) => {
                let told = config.warnings.iter().any(|it| it.message.contains("so short that"));
                prop_assert!(told || policy.caution().is_none(), "{:?}", policy.caution());
                let settings = served(&config);
                prop_assert_eq!(settings.policy.rotate_every, policy.rotate_every);
                prop_assert_eq!(settings.policy.publish_before, policy.publish_before);
                prop_assert_eq!(settings.policy.jwks_max_age, policy.jwks_max_age);
                prop_assert_eq!(settings.policy.retire_margin, policy.retire_margin);
                prop_assert_eq!(settings.policy.uses, policy.uses);
            }
            (Err(faults), Some(_)) => {
                prop_assert_eq!(faults.len(), 1);
                prop_assert!(faults[0].message.starts_with("`rotate_every` must be longer"));
            }
            (Ok(_), Some(fault)) => prop_assert!(false, "{:?} is accepted", fault),
            (Err(faults), None) => prop_assert!(false, "{:?} is no fault of the policy", faults),
        }
    }
}

/// What is not written works.
#[test]
fn the_defaults_have_neither_fault_nor_caution() {
    let policy = served(&load(&with(CLIENT)).expect("no fault")).policy;
    assert_eq!((policy.fault(), policy.caution()), (None, None));
}

/// A key stays published for what it signed last, a logout token too (OIDC Back-Channel Logout
/// 1.0, section 2.4): with ID Tokens of a second that is what decides how many there are.
#[test]
fn keys_that_stay_published_for_logout_tokens_are_counted() {
    let short = "[keys]\nrotate_every = \"2s\"\npublish_before = \"1s\"\njwks_max_age = \"1s\"\nretire_margin = \"1s\"\n[lifetimes]\nid_token = \"1s\"\nrefresh_idle = \"1s\"\nrefresh_absolute = \"1s\"\n";
    let warnings = |client: &str| {
        let config = load(&with(&format!("{client}{short}"))).expect("no fault");
        let most = served(&config)
            .policy
            .most_published(KeyUse::Sign(SigningAlg::Rs256));
        let words: Vec<String> = config
            .warnings
            .into_iter()
            .map(|it| it.message)
            .filter(|it| it.contains("so short that"))
            .collect();
        (most, words)
    };
    assert_eq!(warnings(CLIENT), (3, Vec::new()));
    let told = format!("{CLIENT}backchannel_logout_uri = \"https://demo.example.com/told\"\n");
    let (most, words) = warnings(&told);
    assert_eq!((most, words.len()), (63, 1));
    assert!(words[0].contains("about 63 keys"), "{words:?}");
}

/// A command on keys at rest works by the same rules as the server.
#[test]
fn a_command_works_by_the_settings_of_the_server() {
    let text = with(&format!(
        "{CLIENT}id_token_signed_response_alg = \"EdDSA\"\n[keys]\nrsa_bits = 4096\nrotate_every = \"never\"\npublish_before = \"2h\"\nalgorithms = [\"RS256\", \"ES256\"]\npassphrase = \"correct horse battery\"\n[lifetimes]\nid_token = \"2h\"\n",
    ));
    let place = config::key_place(&text, Path::new("/etc/dingpass"), &BTreeMap::new());
    let place = place.expect("no fault");
    let at_rest = key_settings(&place.keys, &place.lifetimes, &place.clients);
    let served = served(&load(&text).expect("no fault"));
    assert_eq!(
        format!("{:?}", at_rest.policy),
        format!("{:?}", served.policy)
    );
    assert_eq!(at_rest.rsa_bits, served.rsa_bits);
    assert!(at_rest.passphrase.is_some() && served.passphrase.is_some());
    let uses = [SigningAlg::Rs256, SigningAlg::Es256, SigningAlg::EdDsa].map(KeyUse::Sign);
    assert_eq!(served.policy.uses[..3], uses);
}

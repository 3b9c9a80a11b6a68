//! `[keys]`: names, defaults, and durations that must work together.

use std::time::Duration;

use dingpass::domain::readiness::OnUnready;
use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;

use super::{CLIENT, fault, faults, loads, warnings, with};

fn keys(lines: &str) -> String {
    with(&format!("{CLIENT}[keys]\n{lines}"))
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn each_key_is_its_own() {
    let text = keys(
        "directory = \"/k\"\nalgorithms = [\"EdDSA\", \"RS256\"]\nrsa_bits = 3072\nrotate_every = \"1h\"\npublish_before = \"10m\"\njwks_max_age = \"5m\"\nretire_margin = \"2m\"\non_unready = \"wait\"\n[lifetimes]\nrefresh_absolute = \"1h\"\nrefresh_idle = \"1h\"",
    );
    assert_eq!(warnings(&text), [""; 0]);
    let it = loads(&text).keys;
    assert_eq!(it.directory.to_str(), Some("/k"));
    assert_eq!(it.algorithms, [SigningAlg::Rs256, SigningAlg::EdDsa]);
    assert_eq!(it.rsa_bits, RsaBits::B3072);
    assert_eq!(it.rotate_every, Some(seconds(3_600)));
    assert_eq!(it.publish_before, seconds(600));
    assert_eq!(it.jwks_max_age, seconds(300));
    assert_eq!(it.retire_margin, seconds(120));
    assert_eq!(it.on_unready, OnUnready::Wait);

    let relative = loads(&keys("directory = \"../k\"")).keys;
    assert_eq!(relative.directory.to_str(), Some("/etc/dingpass/../k"));
}

#[test]
fn never_leaves_rotation_to_the_command() {
    let it = loads(&keys(
        "rotate_every = \"never\"\npublish_before = \"3650d\"",
    ))
    .keys;
    assert_eq!(it.rotate_every, None);
    for slip in ["nevr", "Never", "monthly", "off"] {
        let message = fault(&keys(&format!("rotate_every = \"{slip}\"")));
        assert!(message.ends_with("or \"never\""), "{slip}: {message}");
    }
    for number in [
        "0",
        "\"0s\"",
        "-1",
        "\"-1d\"",
        "\"4000d\"",
        "\"\"",
        "90",
        "false",
    ] {
        let message = fault(&keys(&format!("rotate_every = {number}")));
        assert!(message.contains(", or \"never\""), "{number}: {message}");
    }
}

#[test]
fn every_choice_has_its_meaning() {
    for (written, bits) in [2048, 3072, 4096].into_iter().zip(RsaBits::ALL) {
        let it = loads(&keys(&format!("rsa_bits = {written}"))).keys;
        assert_eq!((it.rsa_bits, bits.bits()), (bits, written));
    }
    for odd in ["0", "1024", "2047", "8192", "-2048", "\"2048\""] {
        let message = fault(&keys(&format!("rsa_bits = {odd}")));
        assert!(
            message.starts_with("`rsa_bits` must be"),
            "{odd}: {message}"
        );
    }
    for (written, meant) in [
        ("warn", OnUnready::Warn),
        ("wait", OnUnready::Wait),
        ("go", OnUnready::Go),
    ] {
        let it = loads(&keys(&format!("on_unready = \"{written}\""))).keys;
        assert_eq!(it.on_unready, meant);
    }
    assert_eq!(
        fault(&keys("on_unready = \"waits\"")),
        "`on_unready` must be \"warn\", \"wait\" or \"go\"; did you mean \"wait\"?"
    );
}

#[test]
fn algorithms_are_at_least_one_each_once_and_known() {
    for (written, part) in [
        ("[]", "at least one"),
        ("[\"RS256\", \"ES256\", \"RS256\"]", "\"RS256\" twice"),
        ("[\"RS255\"]", "did you mean \"RS256\"?"),
        ("[\"eddsa\"]", "did you mean \"EdDSA\"?"),
        ("[\"none\"]", "must be \"RS256\""),
        ("[\"HS256\"]", "must be \"RS256\""),
        ("\"RS256\"", "an array of strings"),
    ] {
        let message = fault(&keys(&format!("algorithms = {written}")));
        assert!(message.starts_with("`algorithms`"), "{message}");
        assert!(message.contains(part), "{written}: {message}");
    }
}

/// OIDC Discovery section 3: RS256 must be supported. What clients ask for comes by itself.
#[test]
fn the_sets_in_use_are_rs256_those_of_the_file_and_those_of_clients() {
    let of = |text: &str| {
        let config = loads(text);
        config.keys.in_use(&config.clients)
    };
    assert_eq!(of(&keys("")), [SigningAlg::Rs256]);
    let client = "[[clients]]\nclient_id = \"b\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"https://b.example.com/\"]\nid_token_signed_response_alg = ";
    let asked = keys(&format!("algorithms = [\"ES256\"]\n{client}\"PS256\""));
    assert_eq!(
        of(&asked),
        [SigningAlg::Rs256, SigningAlg::Ps256, SigningAlg::Es256]
    );
    let told = warnings(&asked);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("lacks \"RS256\""), "{told:?}");
    let both = keys(&format!(
        "algorithms = [\"EdDSA\", \"RS256\"]\n{client}\"EdDSA\""
    ));
    assert_eq!(of(&both), [SigningAlg::Rs256, SigningAlg::EdDsa]);
    assert_eq!(warnings(&both), [""; 0]);
}

/// A next key must have been published for long enough when the turn of the active one is over.
#[test]
fn a_turn_is_longer_than_what_comes_before_it() {
    for (lines, line, parts) in [
        (
            "rotate_every = \"7d\"",
            15,
            [
                "`rotate_every` must be longer",
                "`publish_before` (7d unless it is written): a key signs",
            ],
        ),
        (
            "publish_before = \"90d\"",
            15,
            [
                "`rotate_every` (90d unless",
                "`publish_before`: a key signs",
            ],
        ),
        (
            "publish_before = \"1s\"\nrotate_every = \"1h\"",
            16,
            [
                "`rotate_every` must be longer",
                "`jwks_max_age` (1h unless it is written): applications",
            ],
        ),
        (
            "jwks_max_age = \"100d\"",
            15,
            ["`rotate_every` (90d unless", "`jwks_max_age`: applications"],
        ),
    ] {
        let found = faults(&keys(lines));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("{line}:")), "{found:?}");
        for part in parts {
            assert!(found[0].contains(part), "{part}: {found:?}");
        }
    }
}

/// A list whose one element has its fault is not called empty besides.
#[test]
fn an_algorithm_that_is_no_string_is_the_only_fault() {
    for list in ["[1]", "[\"\"]", "[[]]"] {
        let found = faults(&keys(&format!("algorithms = {list}")));
        assert_eq!(found.len(), 1, "{list}: {found:?}");
        assert!(!found[0].contains("at least one"), "{list}: {found:?}");
    }
    assert!(fault(&keys("algorithms = []")).contains("at least one"));
}

#[test]
fn a_duration_that_is_none_is_the_only_fault() {
    for lines in [
        "rotate_every = \"1s\"\npublish_before = \"0s\"",
        "rotate_every = \"0s\"\npublish_before = \"3000d\"",
        "rotate_every = \"1s\"\njwks_max_age = 3600",
        "rotate_every = \"1x\"\npublish_before = \"3000d\"",
    ] {
        let found = faults(&keys(lines));
        assert_eq!(found.len(), 1, "{lines}: {found:?}");
    }
}

/// Seconds are for trying; nothing forbids them.
#[test]
fn any_duration_from_one_second_up_is_accepted() {
    let it = loads(&keys(
        "rotate_every = \"2s\"\npublish_before = \"1s\"\njwks_max_age = \"1s\"\nretire_margin = \"1s\"",
    ))
    .keys;
    assert_eq!(it.rotate_every, Some(seconds(2)));
}

#[test]
fn what_will_be_regretted_is_told() {
    let told = |lines: &str| {
        let told = warnings(&keys(lines));
        assert_eq!(told.len(), 1, "{lines}: {told:?}");
        told[0].clone()
    };
    let short = told("publish_before = \"1m\"");
    assert!(short.contains("`publish_before` is shorter than `jwks_max_age`"));
    // An hour of ID Tokens and one of margin, in turns of ten minutes: 12 that are retired,
    // one that signs, one that is next.
    let many = told("rotate_every = \"10m\"\npublish_before = \"5m\"\njwks_max_age = \"5m\"");
    assert!(many.contains("about 14 keys"), "{many}");
    // 180 days of hints in turns of two hours.
    let kept = told("rotate_every = \"2h\"\npublish_before = \"1h\"\njwks_max_age = \"1h\"");
    assert!(kept.contains("2160 are kept"), "{kept}");
}

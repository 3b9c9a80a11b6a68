//! Keys of clients, and warnings of what will not work.

use dingpass::domain::client::{ClientAuthentication, KeySource};
use serde_json::json;

use super::clients::client as with_secret;
use super::{fault, faults, loads, warnings, with};
use crate::client_auth::{Signer, client, jwks};

fn by_key(keys: &str) -> String {
    with(&client("signer", keys))
}

fn key_source(text: &str) -> KeySource {
    let config = loads(text);
    let ClientAuthentication::PrivateKeyJwt(keys) = &config.clients[0].authentication else {
        panic!("the client signs");
    };
    keys.source.clone()
}

/// OIDC Registration section 2: by value or by reference.
#[test]
fn a_client_that_signs_has_its_keys_in_the_file_or_at_an_address() {
    let (one, two) = (Signer::es256("one"), Signer::rsa("two", "RS256"));
    let source = key_source(&by_key(&jwks(&[&one, &two])));
    assert!(matches!(source, KeySource::Inline(keys) if keys.len() == 2));
    let source = key_source(&by_key("jwks_uri = \"https://app.example.com/jwks\""));
    assert!(matches!(source, KeySource::At(uri) if uri == "https://app.example.com/jwks"));
    let as_sections = format!(
        "{}[clients.jwks]\n[[clients.jwks.keys]]\nkty = \"OKP\"\ncrv = \"Ed25519\"\nx = {}\n",
        by_key(""),
        Signer::ed25519("x").jwk["x"]
    );
    assert!(matches!(key_source(&as_sections), KeySource::Inline(keys) if keys.len() == 1));

    assert!(fault(&by_key("")).starts_with("`jwks_uri` is missing"));
    let both = format!("{}\njwks_uri = \"https://a.example.com/\"", jwks(&[&one]));
    assert!(fault(&by_key(&both)).contains("keep one"));
    let secret = format!("{}\nclient_secret = \"{}\"", jwks(&[&one]), "x".repeat(40));
    assert!(fault(&by_key(&secret)).contains("has no secret"));
}

/// RFC 7517 section 4, RFC 7518 section 6: a key that can't verify would be a riddle later.
#[test]
fn a_key_that_cannot_be_used_is_a_fault() {
    let weak = rsa::RsaPrivateKey::new(&mut rand_core::OsRng, 1024).unwrap();
    let weak = {
        use base64::Engine as _;
        use rsa::traits::PublicKeyParts as _;
        let encode = |number: &rsa::BigUint| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(number.to_bytes_be())
        };
        json!({ "kty": "RSA", "n": encode(weak.n()), "e": encode(weak.e()) })
    };
    let weak = Signer::rsa("weak", "RS256").with("n", weak["n"].clone());
    for (signer, part) in [
        (weak, "fewer than 2048"),
        (
            Signer::rsa("x", "RS256").with("d", json!("AQAB")),
            "private",
        ),
        (Signer::es256("x").with("d", json!("AQAB")), "private"),
        (
            Signer::rsa("x", "RS256").with("p", json!("AQAB")),
            "private",
        ),
        (Signer::es256("x").with("k", json!("AQAB")), "private"),
        (Signer::es256("x").with("use", json!("enc")), "signatures"),
        (
            Signer::es256("x").with("key_ops", json!(["sign"])),
            "signatures",
        ),
        (
            Signer::es256("x").with("key_ops", json!("verify")),
            "malformed",
        ),
        (Signer::es256("x").with("kty", json!("oct")), "must be RSA"),
        (Signer::es256("x").with("kty", json!("RSA")), "malformed"),
        (
            Signer::es256("x").with("crv", json!("P-384")),
            "must be RSA",
        ),
        (
            Signer::es256("x").with("crv", json!("secp256k1")),
            "must be RSA",
        ),
        (
            Signer::ed25519("x").with("crv", json!("X25519")),
            "must be RSA",
        ),
        (
            Signer::es256("x").with("alg", json!("RS256")),
            "must be RSA",
        ),
        (
            Signer::es256("x").with("alg", json!("HS256")),
            "must be RSA",
        ),
        (
            Signer::rsa("x", "RS256").with("alg", json!("RSA-OAEP")),
            "must be RSA",
        ),
        (Signer::es256("x").with("x", json!("AAAA")), "malformed"),
        (
            // not a point of the curve
            Signer::es256("x").with("y", json!("A".repeat(43))),
            "malformed",
        ),
        (Signer::es256("x").without("y"), "malformed"),
        (Signer::es256("x").with("x", json!("=/+")), "malformed"),
        (Signer::es256("x").with("kid", json!(7)), "malformed"),
        (Signer::es256("x").without("kty"), "malformed"),
        (
            Signer::rsa("x", "RS256").with("e", json!("AQ")),
            "malformed",
        ),
        (
            Signer::rsa("x", "RS256").with("e", json!("Ag")),
            "malformed",
        ),
        (Signer::rsa("x", "RS256").without("e"), "malformed"),
        (Signer::ed25519("x").with("x", json!("AAAA")), "malformed"),
    ] {
        let message = fault(&by_key(&jwks(&[&Signer::es256("right"), &signer])));
        assert!(message.starts_with("`jwks`: key 2 "), "{message}");
        assert!(message.contains(part), "{part}: {message}");
    }
    for (keys, part) in [
        ("jwks = {}", "must be a JWK Set"),
        ("jwks = { keys = {} }", "must be a JWK Set"),
        ("jwks = { keys = [] }", "at least one key"),
        ("jwks = { keys = [1] }", "key 1 is malformed"),
        ("jwks = []", "must be a table"),
        ("jwks_uri = \"app\"", "`jwks_uri` must be a URL"),
        ("jwks_uri = \"https://u@a.example.com/\"", "user"),
        ("jwks_uri = \"https://a.example.com/#keys\"", "fragment"),
    ] {
        let message = fault(&by_key(keys));
        assert!(message.contains(part), "{keys}: {message}");
    }
    let two = by_key(&jwks(&[
        &Signer::es256("x").without("x"),
        &Signer::es256("y").without("y"),
    ]));
    assert_eq!(faults(&two).len(), 2);
}

/// RFC 7517 section 4.2 to 4.4: what a proper key may say beside.
#[test]
fn a_key_may_say_what_it_is_for() {
    for signer in [
        Signer::es256("x").with("use", json!("sig")),
        Signer::es256("x").with("key_ops", json!(["verify"])),
        Signer::es256("x").with("alg", json!("ES256")),
        Signer::rsa("x", "RS256").with("alg", json!("PS256")),
        Signer::es256("x").with("x5c", json!(["AAAA"])),
        Signer::es256("x").with("iat", json!(7)),
        Signer::es256("x").without("kid"),
    ] {
        key_source(&by_key(&jwks(&[&signer])));
    }
}

/// OIDC Registration section 2, `token_endpoint_auth_signing_alg`.
#[test]
fn the_algorithm_is_one_that_a_key_fits() {
    let keys = jwks(&[&Signer::es256("one")]);
    let alg = |name: &str| by_key(&format!("{keys}\ntoken_endpoint_auth_signing_alg = {name}"));
    loads(&alg("\"ES256\""));
    assert!(fault(&alg("\"RS256\"")).contains("no key of `jwks` fits it"));
    assert!(fault(&alg("\"HS256\"")).contains("must be \"RS256\""));
    assert!(fault(&alg("\"none\"")).contains("must be \"RS256\""));
}

/// What the outbound guard will refuse is told before anybody waits for it.
#[test]
fn an_address_that_will_not_be_called_is_a_warning() {
    let listed = "[outbound]\nallowed_addresses = [\"10.0.0.0/8\"]\n";
    for (uri, alone, with_list) in [
        ("https://app.example.com/x", false, false),
        ("https://8.8.8.8/x", false, false),
        ("https://10.0.0.7/x", true, false),
        ("http://10.0.0.7/x", true, false),
        ("http://app.example.com/x", true, false),
        ("http://8.8.8.8/x", true, true),
        ("https://127.0.0.1/x", true, true),
        ("https://localhost:8443/x", true, true),
        ("https://[::1]/x", true, true),
        ("https://169.254.169.254/x", true, true),
        ("https://0x0a.1/x", true, false),
    ] {
        for key in ["jwks_uri", "backchannel_logout_uri"] {
            let text = match key {
                "jwks_uri" => by_key(&format!("jwks_uri = \"{uri}\"")),
                _ => with_secret(&format!("{key} = \"{uri}\"")),
            };
            let told = |text: &str| {
                let told = warnings(text);
                let start = format!("`{key}` will not be called");
                told.iter().any(|it| it.starts_with(&start))
            };
            assert_eq!(told(&text), alone, "{key} {uri}");
            let text = format!("{text}\n{listed}");
            assert_eq!(told(&text), with_list, "{key} {uri} with a list");
        }
    }
}

/// relying parties: what a preset's application can't work with.
#[test]
fn members_that_cannot_satisfy_the_preset_are_warned_of() {
    let pkce = "scope = \"openid profile email phone\"\npreset = \"nocobase\"\n";
    let public = "token_endpoint_auth_method = \"none\"\n";
    let bare = |lines: &str| with(&format!("[[clients]]\nclient_id = \"x\"\n{lines}"));
    let https = "redirect_uris = [\"https://a.example.com/cb\"]\n";
    let http = "redirect_uris = [\"com.example.app:/cb\"]\napplication_type = \"native\"\n";
    for (text, part) in [
        (
            with_secret(&format!("{pkce}require_pkce = true")),
            "sends no code_challenge",
        ),
        (
            with_secret(&format!("{pkce}extra_claims = []")),
            "reads `username`",
        ),
        (
            bare(&format!("{pkce}{public}{https}")),
            "give it a `client_secret`",
        ),
        (
            with_secret(&format!("{pkce}grant_types = [\"client_credentials\"]")),
            "lacks it",
        ),
        (
            bare(&format!("preset = \"web\"\n{public}{https}")),
            "keep a secret",
        ),
        (
            with_secret("preset = \"spa\"\ntoken_endpoint_auth_method = \"client_secret_post\""),
            "neither secret nor key",
        ),
        (
            bare(&format!("preset = \"spa\"\n{http}")),
            "no https origin",
        ),
        (
            with_secret("preset = \"native\"\ntoken_endpoint_auth_method = \"client_secret_post\""),
            "has its secret",
        ),
        (
            bare(&format!(
                "preset = \"native\"\napplication_type = \"web\"\n{https}"
            )),
            "binds the port",
        ),
        (
            with_secret("preset = \"machine\"\ngrant_types = [\"authorization_code\"]"),
            "lacks it",
        ),
    ] {
        let told = warnings(&text);
        let found = told
            .iter()
            .any(|it| it.starts_with("`preset`: ") && it.contains(part));
        assert!(found, "{part}: {told:?}");
    }
    for text in [
        with_secret(pkce),
        with_secret("preset = \"web\""),
        with_secret("preset = \"machine\""),
        bare(&format!("preset = \"spa\"\n{https}")),
        bare("preset = \"spa\"\nredirect_uris = [\"http://127.0.0.1:5173/cb\"]"),
        bare("preset = \"native\"\nredirect_uris = [\"http://127.0.0.1/cb\"]"),
        bare(&format!("{public}{https}")),
    ] {
        let told = warnings(&text);
        assert!(
            !told.iter().any(|it| it.starts_with("`preset`")),
            "{told:?}"
        );
    }
}

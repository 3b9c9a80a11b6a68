//! OIDC Core section 3.1.3.6: `at_hash` goes by the algorithm that signs the ID Token.

use dingpass::domain::rsa_bits::RsaBits;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::{PreparedKey, PrivateKey, Signer as _};
use dingpass::protocol::at_hash::at_hash;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash};

use crate::support::install_crypto;

/// OIDC Core appendix A.4.
#[test]
fn the_specs_example_has_its_hash() {
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(at_hash(SigningAlg::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
}

/// A client library computes the same for each algorithm.
#[test]
fn each_algorithms_hash_is_what_a_client_library_computes() {
    install_crypto();
    let token = "an-access-token";
    for alg in SigningAlg::ALL {
        let key = PrivateKey::generate(alg, RsaBits::B2048).unwrap();
        let key = PreparedKey::new(&key, alg, None).unwrap();
        let jwk: CoreJsonWebKey =
            serde_json::from_str(&key.public().to_jwk_text().unwrap()).unwrap();
        let theirs: CoreJwsSigningAlgorithm = serde_json::from_value(alg.as_str().into()).unwrap();
        let expected =
            AccessTokenHash::from_token(&AccessToken::new(token.to_owned()), &theirs, &jwk);
        let ours = AccessTokenHash::new(at_hash(key.algorithm(), token));
        assert_eq!(ours, expected.unwrap(), "{}", alg.as_str());
    }
}

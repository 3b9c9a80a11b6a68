//! A client's key pair, made and used without any code of the broker.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

pub(crate) enum Pair {
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A key pair with its JWK.
pub(crate) struct Signer {
    pub(crate) pair: Pair,
    pub(crate) alg: &'static str,
    pub(crate) jwk: Map<String, Value>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else {
        panic!("a JWK is an object");
    };
    members
}

impl Signer {
    pub(crate) fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid });
        Self {
            pair: Pair::Ec(pair),
            alg: "ES256",
            jwk: object(jwk),
        }
    }

    pub(crate) fn ed25519(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let x = encode(pair.public_key());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid });
        Self {
            pair: Pair::Ed(pair),
            alg: "EdDSA",
            jwk: object(jwk),
        }
    }

    /// `alg` is `RS256` or `PS256`; the JWK leaves it open.
    pub(crate) fn rsa(kid: &str, alg: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let n = encode(public.modulus().big_endian_without_leading_zero());
        let e = encode(public.exponent().big_endian_without_leading_zero());
        let jwk = json!({ "kty": "RSA", "n": n, "e": e, "kid": kid });
        Self {
            pair: Pair::Rsa(pair),
            alg,
            jwk: object(jwk),
        }
    }

    /// Sets a member of the JWK.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.jwk.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.jwk.remove(name);
        self
    }

    /// The JWK as an inline table.
    pub(crate) fn toml(&self) -> String {
        let members: Vec<String> = self
            .jwk
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        format!("{{ {} }}", members.join(", "))
    }

    /// The header that a library would write.
    pub(crate) fn header(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.jwk.get("kid"), "typ": "JWT" })
    }

    /// An assertion.
    pub(crate) fn assert(&self, claims: &Value) -> String {
        self.assert_as(&self.header(), claims)
    }

    /// With another header. What is signed is the text, whatever it says.
    pub(crate) fn assert_as(&self, header: &Value, claims: &Value) -> String {
        self.assert_raw(&header.to_string(), &claims.to_string())
    }

    /// With header and claims as they are.
    pub(crate) fn assert_raw(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", encode(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &dyn aws_lc_rs::signature::RsaEncoding = if self.alg == "PS256" {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                pair.sign(padding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

//! What is refused, and that its reason says what to do without showing what was read.

use dingpass::keyring::{KeyFormatError as E, PrivateKey};
use rsa::pkcs1::{self, UintRef};
use rsa::pkcs8::der::{Encode as _, pem};
use rsa::pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, ScryptParams};
use rsa::pkcs8::{EncryptedPrivateKeyInfo, LineEnding};
use secrecy::SecretString;
use serde_json::json;

use super::{ed25519_jwk, key, p256_jwk, read, refused, rsa_jwk, with};

/// Nothing of a file is in the words of its refusal.
fn shows_nothing(text: &str, error: E) {
    let (words, debug) = (error.to_string(), format!("{error:?}"));
    assert!(words.len() > 20, "{words}");
    let pieces = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(|line| line.as_bytes().chunks(10).filter(|it| it.len() == 10));
    for piece in pieces.map(String::from_utf8_lossy) {
        assert!(!words.contains(&*piece), "{piece} is in: {words}");
        assert!(!debug.contains(&*piece), "{piece} is in: {debug}");
    }
}

fn assert_refused(text: &str, expected: E) {
    let error = refused(text);
    assert_eq!(error, expected, "{text}");
    shows_nothing(text, error);
}

/// Files that hold something else, each with what it is.
#[test]
fn what_is_no_private_key_that_signs_is_named() {
    let key = key!("rsa-pkcs8");
    for (text, error) in [
        ("", E::NotAKey),
        ("hello", E::NotAKey),
        (
            "-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----",
            E::NotAKey,
        ),
        ("[]", E::NotAKey),
        (key!("rsa-public"), E::PublicKey),
        (key!("rsa-certificate"), E::Certificate),
        (&[key, key!("ed25519")].concat(), E::SeveralKeys),
        (&[key, key].concat(), E::SeveralKeys),
        (key!("p384-sec1"), E::OtherCurve("P-384")),
        (key!("secp256k1"), E::OtherCurve("secp256k1")),
        (key!("ed448"), E::OtherCurve("Ed448")),
        (key!("p256-explicit"), E::CurveWithoutName),
        (key!("x25519"), E::OtherType("a key for X25519")),
        (key!("dsa"), E::OtherType("a DSA key")),
        (key!("openssh"), E::OtherType("a key of OpenSSH")),
        (key!("rsa-pss"), E::RsaPss),
        (key!("rsa-1024"), E::RsaTooSmall),
        (key!("rsa-three-primes"), E::RsaManyPrimes),
        (key!("rsa-proc-type"), E::OldEncryption),
        (key!("rsa-pbes1"), E::OtherEncryption),
        (key!("rsa-des3"), E::OtherEncryption),
        (key!("rsa-sha1"), E::OtherEncryption),
    ] {
        assert_refused(text, error);
    }
}

/// A file that was copied in part, or altered on its way.
#[test]
fn a_key_that_is_cut_short_or_damaged_is_told_apart_from_none() {
    for key in [
        key!("rsa-pkcs1"),
        key!("rsa-pkcs8"),
        key!("rsa-scrypt"),
        key!("p256-sec1"),
    ] {
        let lines: Vec<&str> = key.lines().collect();
        let without_end = lines[..lines.len() - 1].join("\n");
        assert_refused(&without_end, E::Truncated);
        let half = key.split_at(key.len() * 3 / 4).0;
        assert_refused(half, E::Truncated);
        let mut missing = lines.clone();
        missing.remove(lines.len() - 3);
        assert_refused(&missing.join("\n"), E::Truncated);
        let last = lines[lines.len() - 2];
        assert_refused(
            &key.replacen(last, &last[..last.len() - 3], 1),
            E::Truncated,
        );
        assert_refused(
            &key.replacen(last, &format!("!{}", &last[1..]), 1),
            E::Damaged,
        );
    }
    let key = key!("rsa-pkcs8");
    assert_refused(
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        E::Truncated,
    );
    assert_refused(
        &key.replacen("-----END PRIVATE", "-----END EC PRIVATE", 1),
        E::Damaged,
    );
    assert_refused(&key.replace("PRIVATE KEY", "RSA PRIVATE KEY"), E::Damaged);
    assert_refused(&key.replace("PRIVATE KEY", "EC PRIVATE KEY"), E::Damaged);
    let jwk = ed25519_jwk().to_string();
    assert_refused(&jwk[..jwk.len() - 1], E::Truncated);
}

/// The first thing that goes wrong with encryption, and the second.
#[test]
fn a_passphrase_that_is_missing_or_wrong_is_said() {
    for key in [
        key!("rsa-pbkdf2"),
        key!("rsa-aes128"),
        key!("ed25519-pbkdf2"),
    ] {
        let error = PrivateKey::parse(key.as_bytes(), None).unwrap_err();
        assert_eq!(error, E::PassphraseNeeded);
        shows_nothing(key, error);
        // Among so many one passes for a right one by its padding.
        for number in 0..600 {
            let wrong = SecretString::from(format!("wrong-{number}"));
            let error = PrivateKey::parse(key.as_bytes(), Some(&wrong)).unwrap_err();
            assert_eq!(error, E::WrongPassphrase);
        }
    }
    let wrong = SecretString::from("correct-horse\n");
    let error = PrivateKey::parse(key!("rsa-scrypt").as_bytes(), Some(&wrong)).unwrap_err();
    assert_eq!(error, E::WrongPassphrase);
}

/// What is not text.
#[test]
fn binary_files_are_refused_with_the_way_to_convert_them() {
    let (_, der) = pem::decode_vec(key!("rsa-pkcs8").as_bytes()).unwrap();
    for bytes in [&der[..], b"\0\0\0\0", b"\xff\xfe-\0-\0-\0"] {
        let error = PrivateKey::parse(bytes, None).unwrap_err();
        assert_eq!(error, E::Binary);
        assert!(error.to_string().contains("openssl"));
    }
}

/// A file of any size costs nothing.
#[test]
fn giant_files_are_refused_unread() {
    let long = format!("{}{}", key!("rsa-pkcs8"), "x".repeat(128 * 1024));
    assert_refused(&long, E::TooLong(128 * 1024));
    let blocks = "-----BEGIN X-----\n-----END X-----\n".repeat(3000);
    assert_refused(&blocks, E::SeveralKeys);
    let deep = format!("{{\"kty\":{}", "[".repeat(100_000));
    assert_eq!(refused(&deep), E::Truncated);
}

fn rsa(n: &[u8], e: &[u8], d: &[u8]) -> String {
    let one = [1_u8];
    let one = || UintRef::new(&one).unwrap();
    let key = pkcs1::RsaPrivateKey {
        modulus: UintRef::new(n).unwrap(),
        public_exponent: UintRef::new(e).unwrap(),
        private_exponent: UintRef::new(d).unwrap(),
        prime1: one(),
        prime2: one(),
        exponent1: one(),
        exponent2: one(),
        coefficient: one(),
        other_prime_infos: None,
    };
    pem::encode_string("RSA PRIVATE KEY", LineEnding::LF, &key.to_der().unwrap()).unwrap()
}

/// RFC 7518 section 3.3, and bounds for what would be computed with.
#[test]
fn rsa_keys_of_unfit_sizes_are_refused_before_anything_is_computed() {
    let odd = |bits: usize| {
        let mut number = vec![0xff_u8; bits / 8];
        if !bits.is_multiple_of(8) {
            number.insert(0, 1);
        }
        number
    };
    let e = [1_u8, 0, 1];
    assert_refused(&rsa(&odd(2040), &e, &[3]), E::RsaTooSmall);
    assert_refused(&rsa(&odd(8193), &e, &[3]), E::RsaTooLarge);
    assert_refused(&rsa(&odd(512 * 1024), &e, &[3]), E::RsaTooLarge);
    for e in [&[1_u8][..], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &odd(4096)] {
        assert_refused(&rsa(&odd(2048), e, &[3]), E::RsaExponent);
    }
    assert_refused(&rsa(&odd(2048), &e, &odd(4096)), E::Mismatched);
    assert_refused(&rsa(&odd(2048), &e, &[0]), E::Mismatched);
    let mut even = odd(2048);
    even[255] = 0xfe;
    assert_refused(&rsa(&even, &e, &[3]), E::Mismatched);
}

fn encrypted(kdf: Kdf<'_>) -> String {
    let info = EncryptedPrivateKeyInfo {
        encryption_algorithm: Parameters {
            kdf,
            encryption: EncryptionScheme::Aes256Cbc { iv: &[0; 16] },
        }
        .into(),
        encrypted_data: &[0; 32],
    };
    let label = "ENCRYPTED PRIVATE KEY";
    pem::encode_string(label, LineEnding::LF, &info.to_der().unwrap()).unwrap()
}

fn scrypt(cost_parameter: u64, block_size: u16, parallelization: u16) -> String {
    encrypted(Kdf::Scrypt(ScryptParams {
        salt: &[0; 16],
        cost_parameter,
        block_size,
        parallelization,
        key_length: None,
    }))
}

fn pbkdf2(iteration_count: u32) -> String {
    let params = Pbkdf2Params::hmac_with_sha256(1, &[0; 16]).unwrap();
    encrypted(Kdf::Pbkdf2(Pbkdf2Params {
        iteration_count,
        ..params
    }))
}

/// One number in a file would cost gigabytes or days (RFC 7914 section 2, RFC 8018 section
/// 4.2); numbers that mean nothing are damage, and never a panic.
#[test]
fn encryption_that_costs_too_much_is_refused() {
    for text in [
        scrypt(1 << 40, 8, 1),
        scrypt(1 << 63, u16::MAX, u16::MAX),
        scrypt(1 << 19, 8, 1),
        scrypt(1 << 14, 8, u16::MAX),
        scrypt(2, u16::MAX, u16::MAX),
        pbkdf2(1 << 31),
        pbkdf2(10_000_001),
    ] {
        assert_refused(&text, E::CostlyEncryption);
    }
    for text in [
        scrypt(0, 8, 1),
        scrypt(1, 8, 1),
        scrypt(3, 8, 1),
        scrypt(1 << 14, 0, 1),
        scrypt(1 << 14, 8, 0),
        pbkdf2(0),
    ] {
        assert_refused(&text, E::Damaged);
    }
    assert_refused(&scrypt(1 << 10, 8, 1), E::WrongPassphrase);
    assert_refused(&pbkdf2(1), E::WrongPassphrase);
}

/// Halves of two keys: a signature by the one would not verify under the other.
#[test]
fn halves_that_don_t_belong_together_are_refused() {
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
    assert_refused(&with(&ed25519_jwk(), json!({"d": other})), E::Mismatched);
    assert_refused(&with(&ed25519_jwk(), json!({"x": other})), E::Mismatched);
    assert_refused(&with(&p256_jwk(), json!({"d": other})), E::Mismatched);
    assert_refused(&with(&p256_jwk(), json!({"y": other})), E::Mismatched);
    let rsa = rsa_jwk();
    for member in ["n", "d", "p", "q", "dp", "dq", "qi"] {
        let text = rsa[member].as_str().unwrap();
        let changed = match text.split_at(20) {
            (start, rest) if rest.starts_with('A') => format!("{start}B{}", &rest[1..]),
            (start, rest) => format!("{start}A{}", &rest[1..]),
        };
        let changed = with(&rsa, json!({ member: changed }));
        assert_refused(&changed, E::Mismatched);
    }
    let none = json!({"p": null, "q": null, "dp": null, "dq": null, "qi": null});
    let mut other = rsa.clone();
    other["d"] = rsa["dp"].clone();
    assert_refused(&with(&other, none), E::Mismatched);

    // In PEM: the point of one key with the scalar of another.
    let (label, der) = pem::decode_vec(key!("p256-pkcs8").as_bytes()).unwrap();
    let mut wrong = der.clone();
    wrong[40] ^= 1;
    let text = pem::encode_string(label, LineEnding::LF, &wrong).unwrap();
    assert_refused(&text, E::Mismatched);
    let (label, der) = pem::decode_vec(key!("rsa-pkcs1").as_bytes()).unwrap();
    let mut wrong = der.clone();
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    let text = pem::encode_string(label, LineEnding::LF, &wrong).unwrap();
    assert_refused(&text, E::Mismatched);
    assert!(read(key!("rsa-pkcs1")).is_ok());
}

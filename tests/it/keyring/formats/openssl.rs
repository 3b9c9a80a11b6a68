//! Against the `openssl` command, where there is one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::{KeyFormatError, PreparedKey, Signer as _};

use super::{key, made, passphrase, print, read, refused};
use crate::support::{has, install_crypto};

/// The output of `openssl` with that input; nothing where there is no such command.
pub(super) fn openssl(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    if !has("openssl") {
        return None;
    }
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {words}");
    Some(output.stdout)
}

/// An operator can take the keys elsewhere.
#[test]
fn openssl_reads_what_is_written() {
    for alg in SigningAlg::ALL {
        let key = made(alg);
        let plain = key.to_pem();
        let read = ["pkey", "-passin", "pass:correct-horse"];
        let Some(output) = openssl(&read, plain.as_bytes()) else {
            return;
        };
        assert_eq!(output, plain.as_bytes());
        let sealed = key.to_encrypted_pem(&passphrase(), &SystemEntropy).unwrap();
        let output = openssl(&read, sealed.as_bytes()).unwrap();
        assert_eq!(output, plain.as_bytes());
        openssl(&["pkey", "-check", "-noout"], plain.as_bytes());
    }
}

/// The commands that refusals name do what they say.
#[test]
fn the_conversions_that_are_advised_work() {
    let encrypt = [
        "pkey",
        "-aes256",
        "-passin",
        "pass:correct-horse",
        "-passout",
        "pass:correct-horse",
    ];
    for (old, error) in [
        (key!("rsa-proc-type"), KeyFormatError::OldEncryption),
        (key!("rsa-sha1"), KeyFormatError::OtherEncryption),
        (key!("rsa-des3"), KeyFormatError::OtherEncryption),
        (key!("rsa-pbes1"), KeyFormatError::OtherEncryption),
    ] {
        assert_eq!(refused(old), error);
        assert!(
            error
                .to_string()
                .contains("openssl pkey -in FILE -aes256 -out NEW.pem")
        );
        let Some(new) = openssl(&encrypt, old.as_bytes()) else {
            return;
        };
        let new = String::from_utf8(new).unwrap();
        assert_eq!(print(&new), print(key!("rsa-pkcs1")));
    }
    assert!(
        KeyFormatError::CurveWithoutName
            .to_string()
            .contains("openssl ec -in FILE -param_enc named_curve")
    );
    let named = openssl(
        &["ec", "-param_enc", "named_curve"],
        key!("p256-explicit").as_bytes(),
    )
    .unwrap();
    let named = String::from_utf8(named).unwrap();
    assert_eq!(print(&named), print(key!("p256-sec1")));
    let der = openssl(&["pkey", "-outform", "DER"], key!("rsa-pkcs8").as_bytes()).unwrap();
    let pem = openssl(&["pkey", "-inform", "DER"], &der).unwrap();
    assert!(read(&String::from_utf8(pem).unwrap()).is_ok());
    let plain = openssl(
        &[
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ],
        b"",
    )
    .unwrap();
    assert!(read(&String::from_utf8(plain).unwrap()).is_ok());
}

fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// RFC 7518 sections 3.3 and 3.5: the salt of PSS is as long as the digest.
#[test]
fn openssl_verifies_what_rsa_signs() {
    install_crypto();
    let folder = tempfile::tempdir().unwrap();
    let key = made(SigningAlg::Rs256);
    let Some(public) = openssl(&["pkey", "-pubout"], key.to_pem().as_bytes()) else {
        return;
    };
    let public = file(folder.path(), "public.pem", &public);
    for (alg, options) in [
        (SigningAlg::Rs256, vec![]),
        (
            SigningAlg::Ps256,
            vec![
                "-sigopt",
                "rsa_padding_mode:pss",
                "-sigopt",
                "rsa_pss_saltlen:32",
            ],
        ),
    ] {
        let key = PreparedKey::new(key, alg, None).unwrap();
        let signature = key.sign(b"a message").unwrap();
        let signature = file(folder.path(), "signature", &signature);
        let mut arguments = vec![
            "dgst",
            "-sha256",
            "-verify",
            &public,
            "-signature",
            &signature,
        ];
        arguments.extend(options);
        openssl(&arguments, b"a message").unwrap();
    }
}

//! `[outbound] ca_files`: roots of trust of one's own.

use std::process::Command;
use std::sync::Arc;

use dingpass::outbound::{OperatorHosts, Settings, TransportError};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::hosts;
use crate::support::install_crypto;

/// What an operator reads says which section it is about.
#[test]
fn a_file_that_holds_no_certificate_is_named_as_the_fault() {
    install_crypto();
    for garbage in [
        "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
        "hello",
        "",
    ] {
        let settings = Settings {
            ca_pems: vec![garbage.as_bytes().to_vec()],
            ..Settings::default()
        };
        let error = OperatorHosts::new(&settings).unwrap_err().to_string();
        assert!(error.contains("ca_files"), "{garbage:?}: {error}");
    }
}

/// A certificate authority and a certificate of it for 127.0.0.1, by the `openssl` command.
struct Authority {
    folder: tempfile::TempDir,
}

const PROFILE: &str = "[req]
distinguished_name = name
prompt = no
[name]
CN = dingpass test
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[leaf]
basicConstraints = critical, CA:FALSE
subjectAltName = IP:127.0.0.1
extendedKeyUsage = serverAuth
";

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("profile"), PROFILE).unwrap();
        let authority = Self { folder };
        authority.certify("ca", &[]);
        authority.certify("leaf", &["-CA", "ca.pem", "-CAkey", "ca.key"]);
        authority
    }

    fn certify(&self, name: &str, issuer: &[&str]) {
        let output = Command::new("openssl")
            .current_dir(&self.folder)
            .args(["req", "-x509", "-config", "profile", "-days", "2", "-nodes"])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-extensions", name])
            .args([
                "-keyout",
                &format!("{name}.key"),
                "-out",
                &format!("{name}.pem"),
            ])
            .args(issuer)
            .output()
            .expect("the openssl command");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}");
    }

    fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(file)).unwrap()
    }

    /// An https server that answers 204; returns its address.
    fn serve(&self) -> String {
        let chain = vec![CertificateDer::from_pem_slice(&self.read("leaf.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(&self.read("leaf.key")).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            for stream in listener.incoming() {
                let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = rustls::StreamOwned::new(connection, stream.unwrap());
                // A client that does not trust us ends the handshake.
                if stream.read(&mut [0; 1024]).is_ok() {
                    let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
        });
        url
    }
}

/// dingtalk.md section 9: a private installation behind a private authority.
#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named_and_not_before() {
    install_crypto();
    let authority = Authority::new();
    let url = authority.serve();
    let strangers = hosts(&Settings::default());
    let refused = strangers.send(strangers.get(&url)).await;
    assert_eq!(refused.err(), Some(TransportError::Unreachable));

    let friends = hosts(&Settings {
        ca_pems: vec![authority.read("ca.pem")],
        ..Settings::default()
    });
    let answer = friends.send(friends.get(&url)).await.unwrap();
    assert_eq!(answer.status, 204);

    let other = Authority::new();
    let others = hosts(&Settings {
        ca_pems: vec![other.read("ca.pem")],
        ..Settings::default()
    });
    let refused = others.send(others.get(&url)).await;
    assert_eq!(refused.err(), Some(TransportError::Unreachable));
}

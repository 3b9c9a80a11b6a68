//! `[outbound] ca_files`: roots of trust of one's own.

use std::sync::Arc;

use dingpass::domain::reach::Reach;
use dingpass::outbound::{ClientUrls, OperatorHosts, Settings, SystemNames, TransportError};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
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

/// A certificate authority and a certificate of it for 127.0.0.1.
struct Authority {
    root: String,
    leaf: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "dingpass test");
        let root_key = KeyPair::generate().unwrap();
        let root = params.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(params, root_key);
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        Self {
            root: root.pem(),
            leaf: leaf.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            ca_pems: vec![self.root.clone().into_bytes()],
            ..Settings::default()
        }
    }

    /// An https server that answers 204; returns its address.
    fn serve(&self) -> String {
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![self.leaf.clone()], self.key.clone_key())
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

/// DingTalk section 9: a private installation behind a private authority.
#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named_and_not_before() {
    install_crypto();
    let authority = Authority::new();
    let url = authority.serve();
    let strangers = hosts(&Settings::default());
    let refused = strangers.send(strangers.get(&url)).await;
    assert_eq!(refused.err(), Some(TransportError::Unreachable));

    let friends = hosts(&authority.settings());
    let answer = friends.send(friends.get(&url)).await.unwrap();
    assert_eq!(answer.status, 204);

    let others = hosts(&Authority::new().settings());
    let refused = others.send(others.get(&url)).await;
    assert_eq!(refused.err(), Some(TransportError::Unreachable));
}

/// The same for URLs that clients bring: a private authority, on an address that is listed.
#[tokio::test]
async fn a_clients_url_is_trusted_by_the_same_authorities() {
    install_crypto();
    let authority = Authority::new();
    let url = authority.serve();
    let urls = |settings: &Settings, listed: &[&str]| {
        let listed = listed.iter().map(|network| network.parse().unwrap());
        let reach = Reach::new(listed.collect());
        ClientUrls::new(settings, reach, Arc::new(SystemNames)).unwrap()
    };
    let answer = urls(&authority.settings(), &["127.0.0.0/8"])
        .get(&url)
        .await;
    assert_eq!(answer.unwrap().status, 204);
    let strangers = urls(&Settings::default(), &["127.0.0.0/8"]).get(&url).await;
    assert_eq!(strangers.err(), Some(TransportError::Unreachable));
    let unlisted = urls(&authority.settings(), &[]).get(&url).await;
    assert_eq!(unlisted.err(), Some(TransportError::Forbidden));
}

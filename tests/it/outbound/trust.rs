//! What all clients of this house have in common: roots of trust that are read once, and how
//! they begin a TLS connection.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use dingpass::domain::reach::Reach;
use dingpass::outbound::{ClientUrls, OperatorHosts, Settings, SystemNames, Trust};
use rustls::pki_types::PrivateKeyDer;

use crate::support::install_crypto;

/// A server that takes HTTP/2 and HTTP/1.1 and hangs up after the handshake: its address,
/// trust in it, and what was agreed upon, connection by connection.
fn server() -> (String, Settings, Receiver<Option<Vec<u8>>>) {
    install_crypto();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let (agreed, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            while tls.is_handshaking() && tls.complete_io(&mut stream).is_ok() {}
            let protocol = tls.alpn_protocol().map(<[u8]>::to_vec);
            if agreed.send(protocol).is_err() {
                return;
            }
        }
    });
    let settings = Settings {
        ca_pems: vec![made.cert.pem().into_bytes()],
        ..Settings::default()
    };
    (url, settings, told)
}

/// RFC 7301: one connection to DingTalk then carries the calls of all sign-ins. Both kinds of
/// clients offer it, by one and the same trust.
#[tokio::test]
async fn http_2_is_agreed_upon_where_the_server_has_it() {
    let (url, settings, told) = server();
    let trust = Trust::new(&settings).unwrap();
    let hosts = OperatorHosts::trusting(&trust, &settings).unwrap();
    let reach = Reach::new(vec!["127.0.0.0/8".parse().unwrap()]);
    let urls = ClientUrls::trusting(&trust, &settings, reach, Arc::new(SystemNames)).unwrap();
    // The server hangs up; what counts is the handshake.
    let _ = hosts.send(hosts.get(&url)).await;
    assert_eq!(told.recv().unwrap(), Some(b"h2".to_vec()));
    // What the library tried again.
    while told.try_recv().is_ok() {}
    let _ = urls.get(&url).await;
    let agreed: Vec<_> = told.try_iter().collect();
    assert_eq!(agreed.last(), Some(&Some(b"h2".to_vec())));
}

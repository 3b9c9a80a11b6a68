//! The HTTP clients: for the hosts that the operator named, and for URLs that clients bring.

mod certificates;
mod client_urls;
mod environment;
mod limits;
mod trust;

use dingpass::outbound::{OperatorHosts, Settings};

use crate::support::install_crypto;

fn hosts(settings: &Settings) -> OperatorHosts {
    install_crypto();
    OperatorHosts::new(settings).unwrap()
}

/// A server that answers every connection with these bytes once a request has come.
async fn raw_server(answer: Vec<u8>) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(&answer).await;
                // An answer without an end stays open.
                let _ = stream.read(&mut request).await;
            });
        }
    });
    url
}

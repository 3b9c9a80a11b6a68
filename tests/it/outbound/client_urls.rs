//! The client for URLs that clients bring, and its guard.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use dingpass::domain::reach::{Reach, is_public};
use dingpass::outbound::{ClientUrls, Names, Settings, SystemNames, TransportError};

use super::raw_server;
use crate::support::install_crypto;

/// A name server of one's own: the nth question gets the nth answer, the last one for ever.
struct Zone {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Zone {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: answers.iter().map(parse).collect(),
            asked: AtomicUsize::new(0),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Names for Zone {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let place = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[place.min(self.answers.len() - 1)].clone())
    }
}

fn urls(listed: &[&str], names: Arc<dyn Names>) -> ClientUrls {
    with(&Settings::default(), listed, names)
}

fn with(settings: &Settings, listed: &[&str], names: Arc<dyn Names>) -> ClientUrls {
    install_crypto();
    let listed = listed.iter().map(|network| network.parse().unwrap());
    ClientUrls::new(settings, Reach::new(listed.collect()), names).unwrap()
}

/// OIDC Core section 16, RFC 9700 section 4.14 in spirit: whatever spelling, a URL that a
/// client brings leads neither to this machine nor into its networks.
#[tokio::test]
async fn a_literal_address_that_is_not_public_is_refused_in_every_spelling() {
    let urls = urls(&[], Arc::new(SystemNames));
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::8.8.8.8]",
        "[2002:7f00:1::]",
        "[2002:808:808::]",
        "[2001::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[100::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[5f00::1]",
    ] {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}:1/jwks");
            assert_eq!(
                urls.get(&url).await.err(),
                Some(TransportError::Forbidden),
                "{url}"
            );
        }
    }
}

/// The guard must not refuse the internet.
#[test]
fn public_addresses_are_public() {
    for address in [
        "8.8.8.8",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "168.63.129.17",
        "192.0.1.1",
        "223.255.255.255",
        "2400:3200::1",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn what_is_no_web_address_or_has_a_user_is_refused() {
    let urls = urls(&["0.0.0.0/0", "::/0"], Arc::new(SystemNames));
    for url in [
        "",
        "127.0.0.1",
        "//127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/hostname",
        "data:,{}",
        "https://user@127.0.0.1/",
        "https://:password@127.0.0.1/",
        "http://user:password@127.0.0.1/",
        "https://[fe80::1%25eth0]/",
        "https://",
    ] {
        assert_eq!(
            urls.get(url).await.err(),
            Some(TransportError::NotAllowed),
            "{url}"
        );
    }
}

/// An answer that has a public and a private address is an attack or a mistake.
#[tokio::test]
async fn one_forbidden_address_condemns_the_name() {
    for addresses in [
        &["127.0.0.1"][..],
        &["8.8.8.8", "10.0.0.1"],
        &["10.0.0.1", "8.8.8.8"],
        &["2606:4700::1111", "::1"],
        &["::ffff:192.168.0.1"],
    ] {
        let zone = Zone::new(&[addresses]);
        let urls = urls(&[], zone.clone());
        for url in ["https://app.example:1/", "http://app.example:1/"] {
            let refused = urls.get(url).await.err();
            assert_eq!(refused, Some(TransportError::Forbidden), "{addresses:?}");
        }
    }
}

/// Plain http shows everybody on the way what is sent: only where the operator says so.
#[tokio::test]
async fn plain_http_goes_to_listed_addresses_alone() {
    let public = Zone::new(&[&["8.8.8.8"]]);
    for url in ["http://app.example:1/", "http://8.8.8.8:1/"] {
        let refused = urls(&["10.0.0.0/8"], public.clone()).get(url).await.err();
        assert_eq!(refused, Some(TransportError::Forbidden), "{url}");
    }

    let url = raw_server(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    let listed = urls(&["127.0.0.1/32"], Arc::new(SystemNames));
    assert_eq!(listed.get(&url).await.unwrap().status, 204);
    let mapped = url.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let answer = listed.get(&mapped).await;
    assert_ne!(answer.err(), Some(TransportError::Forbidden));
    let neighbour = url.replace("127.0.0.1", "127.0.0.2");
    let refused = listed.get(&neighbour).await.err();
    assert_eq!(refused, Some(TransportError::Forbidden));
}

/// DNS rebinding: the checked answer is the one that is used, for there is no second question.
#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_called() {
    let url = raw_server(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    let named = url.replace("127.0.0.1", "app.example");
    // The first answer is listed; a second one would lead elsewhere.
    let zone = Zone::new(&[&["127.0.0.1"], &["127.0.0.9"]]);
    let urls = urls(&["127.0.0.1/32"], zone.clone());
    assert_eq!(urls.get(&named).await.unwrap().status, 204);
    assert_eq!(zone.asked(), 1);
}

/// The other half: a name that was good once is judged anew when it is asked for again.
#[tokio::test]
async fn a_name_that_turns_to_a_private_address_is_refused_from_then_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let zone = Zone::new(&[&["127.0.0.9"], &["127.0.0.1"]]);
    let urls = urls(&["127.0.0.9/32"], zone.clone());
    let url = format!("http://app.example:{port}/");
    let first = urls.get(&url).await.err();
    assert_eq!(first, Some(TransportError::Unreachable));
    let second = urls.get(&url).await.err();
    assert_eq!(second, Some(TransportError::Forbidden));
    assert_eq!(zone.asked(), 2);
}

/// A redirect would lead round every check.
#[tokio::test]
async fn a_redirect_is_an_answer_here_too() {
    let target = raw_server(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
    let moved = format!(
        "HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let url = raw_server(moved.into_bytes()).await;
    let urls = urls(&["127.0.0.1/32"], Arc::new(SystemNames));
    assert_eq!(urls.get(&url).await.unwrap().status, 302);
    let posted = urls.post_form(&url, &[("logout_token", "x")]).await;
    assert_eq!(posted.unwrap().status, 302);
}

/// A client's server must not fill our memory.
#[tokio::test]
async fn an_answer_of_more_than_128_kib_is_not_read() {
    const LONGEST: usize = 128 * 1024;
    let urls = urls(&["127.0.0.1/32"], Arc::new(SystemNames));
    for (length, expected) in [
        (LONGEST, Ok(LONGEST)),
        (LONGEST + 1, Err(TransportError::TooLarge)),
    ] {
        let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
        bytes.resize(bytes.len() + length, b' ');
        let url = raw_server(bytes).await;
        let outcome = urls.get(&url).await.map(|answer| answer.body.len());
        assert_eq!(outcome, expected);
    }
}

/// RFC 9111 section 5.2.2: how long a set of keys may be kept.
#[tokio::test]
async fn an_answer_says_how_long_it_is_good() {
    let urls = urls(&["127.0.0.1/32"], Arc::new(SystemNames));
    for (header, seconds) in [
        ("", None),
        ("cache-control: public, max-age=300\r\n", Some(300)),
        ("cache-control: Max-Age=300\r\n", Some(300)),
        ("cache-control: max-age=300, no-store\r\n", Some(0)),
        (
            "cache-control: public\r\ncache-control: max-age=7\r\n",
            Some(7),
        ),
        ("cache-control: max-age=-1\r\n", None),
        ("cache-control: max-age=soon\r\n", None),
        ("cache-control: s-maxage=300\r\n", None),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{header}content-length: 0\r\n\r\n");
        let url = raw_server(answer.into_bytes()).await;
        let max_age = urls.get(&url).await.unwrap().max_age;
        assert_eq!(max_age.map(|it| it.as_secs()), seconds, "{header}");
    }
}

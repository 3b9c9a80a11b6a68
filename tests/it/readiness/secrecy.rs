//! Where requests come from is in no log and in nothing that is written down.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;

use super::{BackEnd, OTHER, house, known};
use crate::support::CLIENT;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An address and a browser's name are personal data (keycloak-dingtalk#4), and a line for
/// each fetch would be one for each refresh of a cache.
#[tokio::test]
async fn no_line_of_the_log_tells_where_a_request_came_from() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("dingpass=trace"))
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = house().await;
    let app = BackEnd::new("sentinel-agent/1")
        .at("127.4.5.6")
        .with("x-forwarded-for", "10.4.5.6")
        .with("forwarded", "for=sentinel-forwarded");
    app.authenticates(&house).await;
    app.authenticate(&house, CLIENT, "a-wrong-secret").await;
    app.authenticates_as_other(&house).await;
    app.fetch(&house).await;
    for path in ["/jwks/demo", "/jwks/nobody", "/nowhere", "/authorize"] {
        app.get(&house, path).await;
    }
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("answered"), "{text}");
    let kept = format!("{:?} {:?}", known(&house, CLIENT), known(&house, OTHER));
    for secret in ["sentinel", "127.4.5.6", "10.4.5.6"] {
        assert!(!text.contains(secret), "{text}");
        assert!(!kept.contains(secret), "{kept}");
    }
}

/// What a caller is made of can't be read from it.
#[tokio::test]
async fn a_caller_is_printed_as_nothing() {
    let house = house().await;
    let adoption = house.app.key_adoption();
    let caller = super::bounds::caller(&adoption, "sentinel-agent/1");
    assert_eq!(format!("{caller:?}"), "Caller(..)");
}

//! Redirect URIs (RFC 9700 section 2.1, RFC 8252 section 7.3).

use dingpass::domain::uri::RedirectUri;
use proptest::prelude::*;

/// Pieces of which addresses are made, the games that are played with them included.
const PIECES: [&str; 24] = [
    "http://",
    "https://",
    "HTTP://",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "?",
    "#",
    "&",
    "..",
    ".",
    "%2e",
    "%2F",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "app.example.com",
    "8080",
    "0",
    "callback",
    "a=1",
    "*",
];

fn address() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..12)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    /// RFC 9700 section 2.1: an address of a client that is no native application is admitted
    /// where it is the registered one, byte for byte, and nowhere else.
    #[test]
    fn only_the_very_address_is_admitted(registered in address(), requested in address()) {
        if let Ok(uri) = RedirectUri::parse(&registered) {
            prop_assert!(uri.admits(&registered, false));
            prop_assert_eq!(uri.admits(&requested, false), registered == requested);
            let changed = format!("{registered}/");
            prop_assert!(!uri.admits(&changed, false) && !uri.admits(&changed, true));
        }
    }

    /// RFC 8252 section 7.3: a native client's loopback address differs in its port alone.
    #[test]
    fn a_native_client_is_free_in_its_port_alone(registered in address(), requested in address(), port in any::<u16>()) {
        if let Ok(uri) = RedirectUri::parse(&registered)
            && registered != requested
            && uri.admits(&requested, true)
        {
            let without_port = |text: &str| {
                let mut url = url::Url::parse(text).unwrap();
                url.set_port(None).unwrap();
                url.to_string()
            };
            prop_assert_eq!(without_port(&registered), without_port(&requested));
        }
        let uri = RedirectUri::parse("http://127.0.0.1:8080/callback").unwrap();
        let same = format!("http://127.0.0.1:{port}/callback");
        prop_assert!(uri.admits(&same, true));
        prop_assert_eq!(uri.admits(&same, false), port == 8080);
    }

    /// RFC 6749 section 3.1.2: what is registered has no fragment, no user, and nothing that a
    /// browser reads in another way than we do.
    #[test]
    fn what_is_registered_reads_the_same_everywhere(text in address()) {
        if let Ok(uri) = RedirectUri::parse(&text) {
            prop_assert!(!text.contains(['#', '\\', '*']));
            let url = url::Url::parse(uri.as_str()).unwrap();
            prop_assert!(url.username().is_empty() && url.password().is_none());
            prop_assert!(url.fragment().is_none());
            let path = text.split('?').next().unwrap();
            prop_assert!(!path.split('/').any(|segment| segment == ".." || segment == "."));
        }
    }
}

//! A successor is for who has its predecessor, and for nobody else.

use dingpass::keyring::{open_successor, seal_successor};

use crate::support::install_crypto;

const PREDECESSOR: &str = "family.predecessor-of-43-characters-0123456789abc";
const SUCCESSOR: &str = "family.successor-of-43-characters-0123456789abcde";

/// RFC 5869: the key is made of the predecessor's text alone.
#[test]
fn who_has_the_predecessor_opens_the_successor() {
    install_crypto();
    let sealed = seal_successor(PREDECESSOR, SUCCESSOR).unwrap();
    let opened = open_successor(PREDECESSOR, &sealed);
    assert_eq!(opened.as_deref(), Some(SUCCESSOR));
    assert!(!sealed.contains("successor"));
    assert_ne!(sealed, seal_successor(PREDECESSOR, SUCCESSOR).unwrap());
}

/// Neither the successor itself, nor a text that is one character off, nor nothing.
#[test]
fn nobody_else_does() {
    install_crypto();
    let sealed = seal_successor(PREDECESSOR, SUCCESSOR).unwrap();
    for other in [SUCCESSOR, &PREDECESSOR[..PREDECESSOR.len() - 1], "", "x"] {
        assert_eq!(open_successor(other, &sealed), None, "{other}");
    }
}

/// NIST SP 800-38D: what was altered or cut opens for nobody.
#[test]
fn what_was_altered_opens_for_nobody() {
    install_crypto();
    let sealed = seal_successor(PREDECESSOR, SUCCESSOR).unwrap();
    for at in 0..sealed.len() {
        let mut altered = sealed.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(open_successor(PREDECESSOR, &altered), None, "{at}");
        assert_eq!(open_successor(PREDECESSOR, &sealed[..at]), None, "{at}");
    }
    assert_eq!(open_successor(PREDECESSOR, "not base64 ="), None);
}

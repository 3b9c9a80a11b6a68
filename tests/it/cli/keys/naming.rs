//! Which key is meant: a whole kid, or a beginning that names one alone.

use dingpass::operator::keys::{KeyAnswer, KeyQuestion};

use super::stand_in::{ACTIVE, Asked, NEXT, OLD, list, usual};

fn retired(asked: &Asked) -> String {
    match asked.asked().pop().unwrap().ask {
        KeyQuestion::Retire { kid } => kid,
        other => panic!("{other:?}"),
    }
}

/// What the list shows is what every command takes.
#[test]
fn a_key_is_named_by_a_beginning_that_is_its_own() {
    let asked = Asked::answering(usual);
    for (written, meant) in [
        (NEXT, NEXT),
        ("NzbLsXh8u", NEXT),
        ("NzbLsXh8a", ACTIVE),
        ("2024", OLD),
    ] {
        let ended = asked.keys(&["retire", written]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(retired(&asked), meant);
    }
}

/// A slip of the fingers names no key.
#[test]
fn a_beginning_that_is_short_ambiguous_or_unknown_is_refused() {
    let asked = Asked::answering(usual);
    for (written, words) in [
        ("NzbLsXh8", "several keys begin so, NzbLsXh8u, NzbLsXh8a;"),
        ("Nzb", "write 4 characters of the kid or more"),
        ("", "write 4 characters"),
        ("zzzz", "no key's name begins so"),
    ] {
        let ended = asked.keys(&["retire", written]);
        assert!(ended.sentence().contains(words), "{ended:?}");
    }
    assert!(asked.asked().is_empty(), "nothing was asked for");
}

/// A kid that is the beginning of another is still one; a short one can be written whole.
#[test]
fn a_whole_kid_names_its_key_whatever_else_begins_so() {
    let asked = Asked::answering(|request| match &request.ask {
        KeyQuestion::List => {
            let mut list = list();
            list.keys[0].kid = "key-1".to_owned();
            list.keys[1].kid = "key-10".to_owned();
            list.keys[2].kid = "k".to_owned();
            list.keys[3].kid = "-hy-phen".to_owned();
            KeyAnswer::Keys(list)
        }
        _ => usual(request),
    });
    for (written, meant) in [("key-1", "key-1"), ("k", "k"), ("-hy-", "-hy-phen")] {
        let ended = asked.keys(&["retire", written]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(retired(&asked), meant);
    }
}

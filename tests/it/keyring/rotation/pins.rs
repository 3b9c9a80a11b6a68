//! Clients that stay with an older key until a date.

use super::*;

fn pin(client_name: &str, kid: &str, until: Timestamp) -> Act {
    Act::Pin {
        client: client(client_name),
        kid: kid.to_owned(),
        until,
    }
}

fn pinned(server: &Server, client_name: &str) -> Option<String> {
    roles(&server.keys, server.now)
        .pinned
        .get(&client(client_name))
        .cloned()
}

/// The pinned client's key is published for as long as it signs, and as its tokens live.
#[test]
fn a_pinned_client_keeps_its_key_and_the_key_stays_for_its_tokens() {
    let mut server = Server::start(defaults());
    server.run(80 * DAY);
    let until = NEW_YEAR.plus(100 * DAY);
    server.act(&pin("hr", "k1", until)).unwrap();
    server.run(20 * DAY - SECOND);
    assert_eq!(
        (server.signer(), pinned(&server, "hr").as_deref()),
        ("k2", Some("k1"))
    );
    server.run(SECOND + LAG);
    assert_eq!(pinned(&server, "hr"), None);
    assert_eq!(server.keys.pins, []);
    server.run(70 * MINUTE - SECOND);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server.run(SECOND + LAG);
    assert_eq!(server.state("k1"), KeyState::Withdrawn);
}

/// A ring that was made before the pin's end signs until the next look, so the count begins
/// there, not at the pin's end.
#[test]
fn the_count_of_a_pinned_key_begins_at_the_look_that_ends_its_pin() {
    let mut server = Server::start(defaults());
    server.run(90 * DAY + LAG);
    server
        .act(&pin("hr", "k1", server.now.plus(SECOND)))
        .unwrap();
    server.now = server.now.plus(30 * SECOND);
    server.look();
    server.now = server.now.plus(LAG);
    server.look();
    assert_eq!(server.key("k1").served, Duration::ZERO);
    server.now = server.now.plus(30 * SECOND);
    server.look();
    assert_eq!(server.key("k1").served, 30 * SECOND);
}

/// What was counted before is no time in which it did not sign.
#[test]
fn a_pin_starts_the_count_anew() {
    let mut server = Server::start(defaults());
    server.run(90 * DAY + HOUR);
    server.act(&pin("hr", "k1", server.now.plus(DAY))).unwrap();
    assert_eq!(server.key("k1").served, Duration::ZERO);
    server.policy.token_life = DAY;
    server.look();
    let client = client("hr");
    server.act(&Act::Unpin { client }).unwrap();
    server.run(DAY + HOUR - SECOND);
    assert_eq!(server.state("k1"), KeyState::Retired);
}

/// A pin must not make a key sign that never signed.
#[test]
fn nobody_is_pinned_to_a_key_that_never_signed() {
    let mut server = Server::start(defaults());
    server.enter_next("next");
    server.enter_next("never");
    let kid = "never".to_owned();
    server.act(&Act::Retire { kid }).unwrap();
    let until = server.now.plus(DAY);
    for (kid, state) in [("next", KeyState::Next), ("never", KeyState::Retired)] {
        let refused = server.act(&pin("hr", kid, until)).unwrap_err();
        let kid = kid.to_owned();
        assert_eq!(refused, ActRefused::NotASigner { kid, state });
    }
    for kid in ["next", "never", "unheard"] {
        server.keys.pins = vec![dingpass::keyring::model::Pin {
            client: client("hr"),
            kid: kid.to_owned(),
            until,
        }];
        assert_eq!(pinned(&server, "hr"), None, "written by hand: {kid}");
        server.look();
        assert_eq!(server.keys.pins, [], "written by hand: {kid}");
    }
}

/// Revoked is revoked, for everybody.
#[test]
fn a_revoked_key_signs_for_no_pinned_client() {
    let mut server = Server::start(defaults());
    server.enter_next("next");
    server.act(&pin("hr", "k1", server.now.plus(DAY))).unwrap();
    let kid = "k1".to_owned();
    server.act(&Act::Revoke { kid }).unwrap();
    assert_eq!((server.signer(), pinned(&server, "hr")), ("next", None));
    assert_eq!(server.keys.pins, []);
}

/// One pin for each client, the last one.
#[test]
fn a_second_pin_replaces_the_first_and_the_same_one_is_refused() {
    let mut server = Server::start(defaults());
    let until = server.now.plus(DAY);
    server.act(&pin("hr", "k1", until)).unwrap();
    let refused = server.act(&pin("hr", "k1", until)).unwrap_err();
    assert!(matches!(refused, ActRefused::AlreadyPinned { .. }));
    server.act(&pin("hr", "k1", until.plus(DAY))).unwrap();
    assert_eq!(server.keys.pins.len(), 1);
    let refused = server.act(&pin("hr", "k1", server.now)).unwrap_err();
    assert_eq!(refused, ActRefused::PinInThePast);
    let client = client("hr");
    server
        .act(&Act::Unpin {
            client: client.clone(),
        })
        .unwrap();
    let refused = server
        .act(&Act::Unpin {
            client: client.clone(),
        })
        .unwrap_err();
    assert_eq!(refused, ActRefused::NotPinned { client });
}

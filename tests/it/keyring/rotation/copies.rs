//! Copies of the published keys that are out there (RFC 9111 section 4.2): each is fresh for the
//! max-age that it was served with, whatever the configuration says later.

use dingpass::keyring::rotation::{StepKind, timeline};

use super::*;

/// A week of publication would hide what is tried here.
fn short() -> Policy {
    Policy {
        rotate_every: None,
        publish_before: HOUR,
        ..defaults()
    }
}

fn restart(server: &mut Server, max_age: Duration) {
    server.policy.jwks_max_age = max_age;
    server.keys.handed_out = Duration::ZERO;
    server.off(Duration::ZERO);
}

fn rotate() -> Act {
    Act::Rotate {
        key_use: RS256,
        now: false,
    }
}

/// A client that obeyed ten hours has a copy that is ten hours good, also after the
/// configuration says one hour.
#[test]
fn a_key_outlives_the_copies_that_were_served_with_a_longer_max_age() {
    let mut server = Server::start(Policy {
        jwks_max_age: 10 * HOUR,
        ..short()
    });
    server.run(DAY);
    restart(&mut server, HOUR);
    server.run(2 * HOUR);
    server.act(&rotate()).unwrap();
    let steps = timeline(&server.keys, &server.policy, server.now, None);
    let signs = steps.iter().find(|step| step.what == StepKind::Signs);
    assert_eq!(signs.unwrap().at.since(server.now), 8 * HOUR);
    server.run(8 * HOUR - SECOND);
    assert_eq!(server.signer(), "k1");
    let [
        Late::WaitsForPublication {
            remaining,
            for_copies: true,
            ..
        },
    ] = server.late[..]
    else {
        panic!("{:?}", server.late);
    };
    assert_eq!(remaining, SECOND + LAG);
    server.run(SECOND + 2 * LAG);
    assert_eq!(server.signer(), "k2");
    // The copies of before are all too old: the next one waits as configured.
    server.act(&rotate()).unwrap();
    server.run(HOUR + LAG);
    assert_eq!(server.signer(), "k3");
}

/// Ten hours, five, one: each value holds for as long as copies live that were served with it.
#[test]
fn each_of_several_values_holds_until_its_copies_are_too_old() {
    let mut server = Server::start(Policy {
        jwks_max_age: 10 * HOUR,
        ..short()
    });
    server.run(HOUR);
    restart(&mut server, 5 * HOUR);
    server.run(8 * HOUR);
    restart(&mut server, HOUR);
    assert_eq!(server.keys.copies_live, 5 * HOUR, "ten hours have two left");
    restart(&mut server, 3 * HOUR);
    restart(&mut server, HOUR);
    server.run(3 * HOUR);
    assert_eq!(server.keys.copies_live, 2 * HOUR);
    server.run(HOUR);
    assert_eq!(server.keys.copies_live, HOUR);
    server.run(DAY);
    assert_eq!(server.keys.copies_live, HOUR);
}

/// Time off, and time that a clock jumped over, makes no copy older: it may be the clock that is
/// wrong.
#[test]
fn copies_grow_old_in_served_time_alone() {
    let mut server = Server::start(Policy {
        jwks_max_age: 10 * HOUR,
        ..short()
    });
    restart(&mut server, HOUR);
    server.now = server.now.plus(300 * DAY);
    server.look();
    server.off(30 * DAY);
    server.now = server.now.minus(400 * DAY);
    server.look();
    assert_eq!(server.keys.copies_live, 10 * HOUR);
    server.act(&rotate()).unwrap();
    server.run(10 * HOUR - SECOND);
    assert_eq!(server.signer(), "k1");
    server.run(SECOND + 2 * LAG);
    assert_eq!(server.signer(), "k2");
}

/// A key that was published before the longer value came lacks in no copy of it.
#[test]
fn a_key_that_is_counted_already_does_not_wait_for_copies_that_have_it() {
    let mut server = Server::start(short());
    server.act(&rotate()).unwrap();
    server.run(30 * MINUTE + LAG);
    restart(&mut server, 10 * HOUR);
    server.run(MINUTE);
    restart(&mut server, HOUR);
    assert_eq!(server.key("k2").copies_live, HOUR);
    server.run(30 * MINUTE);
    assert_eq!(server.signer(), "k2");
}

/// A process that starts must know it; that copies have grown older need not be written.
#[test]
fn a_longer_life_of_copies_must_be_written_down_and_a_shorter_one_need_not() {
    let mut server = Server::start(short());
    let before = server.keys.clone();
    restart(&mut server, 10 * HOUR);
    assert!(must_be_written(&before, &server.keys));
    let before = server.keys.clone();
    restart(&mut server, HOUR);
    server.run(HOUR);
    assert_eq!(server.keys.copies_live, 9 * HOUR);
    assert!(!must_be_written(&before, &server.keys));
}

/// Nobody has a copy of a key that seals.
#[test]
fn sealing_keys_wait_for_no_copies() {
    let mut server = Server::start(Policy {
        jwks_max_age: 10 * HOUR,
        uses: vec![KeyUse::Seal],
        ..short()
    });
    restart(&mut server, HOUR);
    let key_use = KeyUse::Seal;
    server
        .act(&Act::Rotate {
            key_use,
            now: false,
        })
        .unwrap();
    server.look();
    assert_eq!(server.keys.active(key_use).unwrap().kid, "k2");
}

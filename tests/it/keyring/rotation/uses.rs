//! Sets: the first key, a set whose algorithm leaves the configuration, lists written by hand.

use super::*;

/// Nothing else could sign.
#[test]
fn the_first_key_of_each_set_signs_at_once() {
    let server = Server::start(Policy {
        uses: vec![RS256, ES256, KeyUse::Seal],
        ..defaults()
    });
    let roles = roles(&server.keys, server.now);
    assert_eq!(roles.signs.len(), 3);
    assert_eq!(roles.published, ["k1", "k2"]);
    assert_eq!(roles.opens, ["k3"]);
    assert_eq!(roles.verifies, ["k1", "k2"]);
}

/// An algorithm that is taken out of the configuration signs for nobody. Its tokens live on,
/// and so does what verifies them.
#[test]
fn the_keys_of_an_algorithm_that_leaves_go_when_their_tokens_have_ended() {
    let mut server = Server::start(Policy {
        uses: vec![RS256, ES256],
        ..defaults()
    });
    server.run(85 * DAY);
    assert_eq!(server.state("k4"), KeyState::Next);
    server.policy.uses = vec![RS256];
    server.look();
    assert_eq!(server.keys.active(ES256), None);
    assert_eq!(server.state("k2"), KeyState::Retired);
    assert_eq!(server.state("k4"), KeyState::Retired);
    server.run(HOUR + LAG);
    assert_eq!(server.state("k4"), KeyState::Withdrawn, "it never signed");
    assert_eq!(server.state("k2"), KeyState::Retired);
    server.run(10 * MINUTE + LAG);
    assert_eq!(server.state("k2"), KeyState::Withdrawn);
}

/// One that comes back begins anew, beside what is left of the first time.
#[test]
fn an_algorithm_that_comes_back_begins_with_a_new_key() {
    let mut server = Server::start(Policy {
        uses: vec![RS256, ES256],
        ..defaults()
    });
    server.policy.uses = vec![RS256];
    server.run(MINUTE);
    server.policy.uses = vec![RS256, ES256];
    server.look();
    let es256 = server.keys.active(ES256).unwrap();
    assert_eq!(es256.kid, "k3");
    assert_eq!(
        roles(&server.keys, server.now).published,
        ["k1", "k3", "k2"]
    );
}

/// A list in which somebody has struck out the key that signs: the next one does, since
/// nothing else could, and it is the one that clients had most time to fetch.
#[test]
fn without_an_active_key_the_one_that_was_published_longest_signs() {
    let mut server = Server::start(defaults());
    server.enter_next("a");
    server.run(DAY);
    server.enter_next("b");
    server.run(DAY);
    server.keys.keys.retain(|key| key.kid != "k1");
    server.keys.keys.reverse();
    server.look();
    assert_eq!((server.signer(), server.made), ("a", 1));
}

/// Two keys that sign can only come of a hand; the newer one goes on, the other is published
/// until its tokens have ended.
#[test]
fn of_two_active_keys_the_newer_one_stays() {
    let mut server = Server::start(defaults());
    server.run(DAY);
    server.enter_next("other");
    for key in &mut server.keys.keys {
        if key.kid == "other" {
            key.state = KeyState::Active;
            key.activated_at = Some(server.now);
        }
    }
    server.look();
    assert_eq!(server.signer(), "other");
    assert_eq!(server.state("k1"), KeyState::Retired);
}

/// A retired key without the moment of its retirement (an older list, or a hand) may have
/// signed until now.
#[test]
fn a_retired_key_without_times_is_kept_as_if_it_had_signed_until_now() {
    let mut server = Server::start(defaults());
    server.enter_next("old");
    for key in &mut server.keys.keys {
        if key.kid == "old" {
            key.state = KeyState::Retired;
            key.served = 100 * DAY;
        }
    }
    server.run(70 * MINUTE - SECOND);
    assert_eq!(server.state("old"), KeyState::Retired);
    server.run(SECOND + LAG);
    assert_eq!(server.state("old"), KeyState::Withdrawn);
}

//! Policies that can't work, that hardly do, and that change.

use super::*;

/// A next key must be published for longer than nothing before its turn.
#[test]
fn a_turn_that_is_not_longer_than_the_publication_before_it_is_refused_with_both_numbers() {
    let policy = |rotate_every, publish_before, jwks_max_age| Policy {
        rotate_every,
        publish_before,
        jwks_max_age,
        ..defaults()
    };
    let words = |policy: Policy| policy.fault().map(|fault| fault.to_string());
    assert_eq!(words(defaults()), None);
    assert_eq!(words(policy(None, 7 * DAY, HOUR)), None);
    assert_eq!(words(policy(Some(2 * SECOND), SECOND, SECOND)), None);
    assert_eq!(
        words(policy(Some(7 * DAY), 7 * DAY, HOUR)).unwrap(),
        "rotate_every = \"7d\" is not longer than publish_before = \"7d\": the next key must be \
         published for 7d before it signs; make rotate_every longer than that, or \
         publish_before shorter"
    );
    assert_eq!(
        words(policy(Some(30 * MINUTE), SECOND, 90 * MINUTE)).unwrap(),
        "rotate_every = \"30m\" is not longer than jwks_max_age = \"1h 30m\": the next key must \
         be published for 1h 30m before it signs; make rotate_every longer than that, or \
         jwks_max_age shorter"
    );
}

/// Sealing keys wait for nobody.
#[test]
fn sealing_keys_alone_rotate_as_often_as_one_likes() {
    let policy = Policy {
        rotate_every: Some(SECOND),
        uses: vec![KeyUse::Seal],
        ..defaults()
    };
    assert_eq!(policy.fault(), None);
}

/// Keys that come faster than their tokens end pile up: that works, and is told.
#[test]
fn keys_that_pile_up_are_told_beforehand_in_their_true_number() {
    let policy = Policy {
        rotate_every: Some(5 * MINUTE),
        publish_before: MINUTE,
        jwks_max_age: MINUTE,
        ..defaults()
    };
    assert_eq!(policy.fault(), None);
    assert_eq!(defaults().caution(), None);
    let words = policy.caution().unwrap().to_string();
    assert!(
        words.starts_with("up to 16 keys of RS256 would be published at once")
            && words.contains("rotate_every = \"5m\"")
            && words.contains("1h 10m"),
        "{words}"
    );
    let mut server = Server::start(policy);
    let mut most = 0;
    for _ in 0..200 {
        server.run(MINUTE);
        most = most.max(roles(&server.keys, server.now).published.len());
    }
    assert_eq!(most, 16);
}

/// A key answers for the longest life that was in force while it signed.
#[test]
fn a_key_stays_for_the_longest_life_that_was_in_force_while_it_signed() {
    let mut server = Server::start(defaults());
    server.policy.token_life = DAY;
    server.run(MINUTE);
    server.policy.token_life = MINUTE;
    server.run(90 * DAY);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server.run(DAY + HOUR - MINUTE - SECOND);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server.run(SECOND + 2 * LAG);
    assert_eq!(server.state("k1"), KeyState::Withdrawn);
}

/// What is longer after a restart holds for a key that is waiting already.
#[test]
fn a_longer_wait_holds_for_a_key_that_is_published_already() {
    let mut server = Server::start(defaults());
    server.run(89 * DAY);
    server.policy.publish_before = 14 * DAY;
    server.run(8 * DAY - SECOND);
    assert_eq!(server.signer(), "k1");
    server.run(SECOND + LAG);
    assert_eq!(server.signer(), "k2");
}

/// What must be written down before anybody signs by it: a process that starts with a shorter
/// life of tokens must know how long those live that are out.
#[test]
fn a_longer_life_of_tokens_must_be_written_down_and_served_time_need_not() {
    let mut server = Server::start(defaults());
    server.enter_next("spare");
    let before = server.keys.clone();
    server.run(MINUTE);
    assert!(!must_be_written(&before, &server.keys));
    server.policy.token_life = DAY;
    server.look();
    assert!(must_be_written(&before, &server.keys));
}

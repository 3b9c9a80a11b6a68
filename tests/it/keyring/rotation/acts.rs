//! What an operator may ask for, and the words in which it is refused.

use super::*;

fn rotate(now: bool) -> Act {
    Act::Rotate {
        key_use: RS256,
        now,
    }
}

fn promote(kid: &str, now: bool) -> Act {
    let kid = kid.to_owned();
    Act::Promote { kid, now }
}

fn retire(kid: &str) -> Act {
    let kid = kid.to_owned();
    Act::Retire { kid }
}

fn revoke(kid: &str) -> Act {
    let kid = kid.to_owned();
    Act::Revoke { kid }
}

fn words(server: &mut Server, act: &Act) -> String {
    let before = server.keys.clone();
    let refused = server.act(act).unwrap_err().to_string();
    assert_eq!(server.keys, before, "a refusal changes nothing");
    refused
}

/// `keys rotate`: publishes a key and lets it take over when it may.
#[test]
fn a_rotation_publishes_first_and_signs_after_the_wait() {
    let mut server = Server::start(defaults());
    server.act(&rotate(false)).unwrap();
    server.run(7 * DAY - SECOND);
    assert_eq!(server.signer(), "k1");
    server.run(SECOND + LAG);
    assert_eq!(server.signer(), "k2");
    assert!(!server.key("k2").promote_when_ready);
}

/// With a next key at hand that one is taken, and a second operator hears that it is on its way.
#[test]
fn a_rotation_takes_the_next_key_that_is_there_and_is_asked_for_once() {
    let mut server = Server::start(defaults());
    server.enter_next("spare");
    server.run(DAY + LAG);
    server.act(&rotate(false)).unwrap();
    assert_eq!(server.made, 1);
    assert_eq!(
        words(&mut server, &rotate(false)),
        "key spare takes over already as soon as it may, in 6d at the earliest"
    );
    server.run(6 * DAY + LAG);
    assert_eq!(server.signer(), "spare");
}

/// `keys rotate --now`: an emergency.
#[test]
fn a_rotation_now_takes_the_promoted_key_then_the_one_published_longest_then_a_new_one() {
    let mut server = Server::start(defaults());
    server.enter_next("a");
    server.run(DAY);
    server.enter_next("b");
    server.act(&promote("b", false)).unwrap();
    server.act(&rotate(true)).unwrap();
    assert_eq!(
        (server.signer(), server.state("k1")),
        ("b", KeyState::Retired)
    );
    assert!(!server.key("a").promote_when_ready);
    server.enter_next("c");
    server.act(&rotate(true)).unwrap();
    assert_eq!(server.signer(), "a");
    server.act(&rotate(true)).unwrap();
    assert_eq!(server.signer(), "c");
    server.act(&rotate(true)).unwrap();
    assert_eq!(server.signer(), "k2", "made for it");
}

/// What one operator chose is replaced by what the next one chooses.
#[test]
fn the_key_that_was_chosen_last_takes_over() {
    let mut server = Server::start(defaults());
    server.enter_next("a");
    server.enter_next("b");
    server.act(&promote("a", false)).unwrap();
    server.act(&promote("b", false)).unwrap();
    server.run(8 * DAY);
    assert_eq!((server.signer(), server.state("a")), ("b", KeyState::Next));
    server.act(&promote("a", true)).unwrap();
    assert_eq!(server.signer(), "a");
}

/// An operator's explicit choice counts: the schedule waits for the key that was promoted, also
/// where its turn comes before that key is ready and another one is.
#[test]
fn the_schedule_waits_for_a_promoted_key_though_another_is_ready() {
    let mut server = Server::start(defaults());
    server.run(88 * DAY);
    assert_eq!(server.state("k2"), KeyState::Next, "ready in two days");
    server.enter_next("chosen");
    server.act(&promote("chosen", false)).unwrap();
    server.run(7 * DAY - SECOND);
    assert_eq!(server.signer(), "k1");
    let [Late::WaitsForPublication { kid, .. }] = &server.late[..] else {
        panic!("{:?}", server.late);
    };
    assert_eq!(kid, "chosen");
    assert_eq!(
        words(&mut server, &rotate(false)),
        "key chosen takes over already as soon as it may, in 2s at the earliest"
    );
    server.run(SECOND + LAG);
    assert_eq!(server.signer(), "chosen");
    assert_eq!(server.state("k2"), KeyState::Next);
}

/// A leak is no moment for a key that nobody has: one that clients have signs at once, and the
/// promoted one still takes over in its time.
#[test]
fn who_signs_after_a_revocation_is_the_promoted_key_only_if_it_is_ready() {
    let mut server = Server::start(defaults());
    server.enter_next("old");
    server.run(6 * DAY);
    server.enter_next("chosen");
    server.act(&promote("chosen", false)).unwrap();
    server.act(&revoke("k1")).unwrap();
    assert_eq!(server.signer(), "old");
    assert!(server.key("chosen").promote_when_ready);
    server.run(7 * DAY + LAG);
    assert_eq!(server.signer(), "chosen");
    server.enter_next("other");
    server.run(DAY);
    server.enter_next("last");
    server.act(&promote("last", false)).unwrap();
    server.policy.held = vec![RS256];
    server.run(9 * DAY);
    server.act(&revoke("chosen")).unwrap();
    assert_eq!(server.signer(), "last");
}

/// A key that was chosen waits for clients like any other; now is now.
#[test]
fn what_is_held_is_held_for_promote_and_retire_but_not_for_now() {
    let mut server = Server::start(defaults());
    server.enter_next("spare");
    server.act(&promote("spare", false)).unwrap();
    server.policy.held = vec![RS256];
    server.run(8 * DAY);
    assert_eq!(server.signer(), "k1");
    assert_eq!(
        words(&mut server, &retire("k1")),
        "the next key spare of RS256 waits for clients that have not fetched it yet; see the \
         keys' status for who they are, or rotate now, with what that breaks"
    );
    server.act(&promote("spare", true)).unwrap();
    assert_eq!(server.signer(), "spare");
}

/// To retire the key that signs is to let the next one take over.
#[test]
fn the_key_that_signs_retires_for_one_that_is_ready() {
    let mut server = Server::start(defaults());
    assert_eq!(
        words(&mut server, &retire("k1")),
        "RS256 would have no key that signs; generate or import a next one first"
    );
    server.enter_next("spare");
    server.run(DAY + LAG);
    assert_eq!(
        words(&mut server, &retire("k1")),
        "the next key spare must be published for 6d more before it can take over; it does so \
         by itself if you promote it, and at once, with what that breaks, if you rotate now"
    );
    server.run(6 * DAY + LAG);
    server.act(&retire("k1")).unwrap();
    assert_eq!(server.signer(), "spare");
}

/// A next key that is not wanted: nothing waits for it but the margin.
#[test]
fn a_next_key_that_is_retired_goes_after_the_margin() {
    let mut server = Server::start(defaults());
    server.enter_next("spare");
    server.act(&retire("spare")).unwrap();
    server.run(HOUR - SECOND);
    assert_eq!(server.state("spare"), KeyState::Retired);
    server.run(SECOND + LAG);
    assert_eq!(server.state("spare"), KeyState::Withdrawn);
    assert_eq!(
        words(&mut server, &retire("spare")),
        "key spare is withdrawn: it does not sign any more; there is nothing to retire"
    );
}

/// A key that leaked is gone at once, for everything, and for good.
#[test]
fn a_revoked_key_is_neither_published_nor_verifies_nor_comes_back() {
    let mut server = Server::start(defaults());
    assert_eq!(
        words(&mut server, &revoke("k1")),
        "RS256 would have no key that signs; generate or import a next one first"
    );
    server.enter_next("spare");
    server.run(DAY + LAG);
    server.act(&revoke("k1")).unwrap();
    let roles = roles(&server.keys, server.now);
    assert_eq!(roles.published, ["spare"]);
    assert_eq!(roles.verifies, ["spare"]);
    assert!(server.key("k1").to_end, "what it signed is to be ended");
    server.run(400 * DAY);
    assert_eq!(server.state("k1"), KeyState::Revoked);
    let again = Act::Enter(Box::new(new_key("k1", RS256, server.now)), EnterAs::Auto);
    assert_eq!(
        words(&mut server, &again),
        "key k1 was revoked and never comes back; generate a new key"
    );
    assert_eq!(
        words(&mut server, &revoke("k1")),
        "key k1 is revoked; there is nothing to do"
    );
}

/// A withdrawn key that leaks still verifies hints: that ends, too. A next key signed nothing.
#[test]
fn any_key_can_be_revoked_and_only_what_signed_has_something_to_end() {
    let mut server = Server::start(defaults());
    server.run(91 * DAY);
    assert_eq!(server.state("k1"), KeyState::Withdrawn);
    server.act(&revoke("k1")).unwrap();
    server.enter_next("spare");
    server.act(&revoke("spare")).unwrap();
    assert_eq!(roles(&server.keys, server.now).verifies, ["k2"]);
    assert!(server.key("k1").to_end && !server.key("spare").to_end);
}

/// What can't be is refused, in words.
#[test]
fn what_cannot_be_is_refused_in_words() {
    let mut server = Server::start(defaults());
    server.run(91 * DAY);
    for (act, refusal) in [
        (
            promote("k9", true),
            "there is no key k9; see the list of keys for their names",
        ),
        (
            promote("k2", false),
            "key k2 is active; there is nothing to do",
        ),
        (
            promote("k1", true),
            "key k1 is withdrawn: it can't sign again; generate a next key and promote that",
        ),
        (
            Act::Enter(Box::new(new_key("k1", RS256, server.now)), EnterAs::Next),
            "there is a key k1 already (withdrawn); two keys can't have one name, so import it \
             under another kid",
        ),
        (
            Act::Enter(Box::new(new_key("e", ES256, server.now)), EnterAs::Active),
            "ES256 is not among the algorithms of the configuration, so no key of it would be \
             used; add it to algorithms in [keys] first",
        ),
        (
            Act::Rotate {
                key_use: ES256,
                now: true,
            },
            "ES256 is not among the algorithms of the configuration, so no key of it would be \
             used; add it to algorithms in [keys] first",
        ),
    ] {
        assert_eq!(words(&mut server, &act), refusal);
    }
    server.act(&rotate(true)).unwrap();
    assert_eq!(
        words(&mut server, &promote("k2", true)),
        "key k2 is retired: it had its turn; pin the clients that need it, or generate a next \
         key and promote that"
    );
    assert_eq!(
        words(&mut server, &retire("k2")),
        "key k2 is retired; there is nothing to do"
    );
}

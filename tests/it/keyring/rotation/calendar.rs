//! What happens when, as the operator's page tells it: the defaults on a calendar.

use super::*;

/// The defaults: 90 days of signing, 7 days of publication before, tokens of ten minutes and
/// an hour of margin after, and hints that are good for 30 days.
#[test]
fn with_the_defaults_a_key_is_published_for_a_week_and_signs_for_ninety_days() {
    let mut server = Server::start(defaults());
    server.run(181 * DAY);
    assert_eq!(
        server.told(),
        [
            "0d 00:00:00 k1 next",
            "0d 00:00:00 k1 active",
            "83d 00:00:00 k2 next",
            "90d 00:00:00 k1 retired",
            "90d 00:00:00 k2 active",
            "90d 01:10:00 k1 withdrawn",
            "120d 01:10:00 k1 forgotten",
            "173d 00:00:00 k3 next",
            "180d 00:00:00 k2 retired",
            "180d 00:00:00 k3 active",
            "180d 01:10:00 k2 withdrawn",
        ]
    );
}

/// A server that was off for a month over its turn: the next key is made at the start, and
/// signs when it has been published for a week of a server's being there.
#[test]
fn a_server_that_was_off_for_a_month_publishes_first_and_signs_after() {
    let mut server = Server::start(defaults());
    server.run(80 * DAY);
    server.off(30 * DAY);
    server.run(8 * DAY);
    assert_eq!(
        server.told(),
        [
            "0d 00:00:00 k1 next",
            "0d 00:00:00 k1 active",
            "110d 00:00:00 k2 next",
            "117d 00:00:00 k1 retired",
            "117d 00:00:00 k2 active",
            "117d 01:10:00 k1 withdrawn",
        ]
    );
}

/// The month off does not count as publication, though the next key was on the list.
#[test]
fn a_month_off_is_no_month_of_publication() {
    let mut server = Server::start(defaults());
    server.run(85 * DAY + LAG);
    server.off(30 * DAY);
    assert_eq!((server.signer(), server.key("k2").served), ("k1", 2 * DAY));
    server.run(5 * DAY - SECOND);
    assert_eq!(server.signer(), "k1");
    server.run(SECOND + LAG);
    assert_eq!(server.signer(), "k2");
}

/// Nor does it count for the tokens of a retired key: whoever holds one of them may come in
/// the first minute after the start, by a clock of his own.
#[test]
fn a_retired_key_is_served_for_as_long_as_its_tokens_live_whatever_was_off_in_between() {
    let mut server = Server::start(defaults());
    server.run(90 * DAY + MINUTE + 2 * LAG);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server.off(30 * DAY);
    server.run(69 * MINUTE - SECOND);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server.run(SECOND + LAG);
    assert_eq!(server.state("k1"), KeyState::Withdrawn);
}

/// Sealing keys: nobody caches them, so the next one takes over at once; the former one opens
/// until the last value that it sealed has ended.
#[test]
fn a_sealing_key_takes_over_as_it_is_made() {
    let mut server = Server::start(Policy {
        uses: vec![KeyUse::Seal],
        ..defaults()
    });
    server.run(91 * DAY);
    assert_eq!(
        server.told(),
        [
            "0d 00:00:00 k1 next",
            "0d 00:00:00 k1 active",
            "90d 00:00:00 k2 next",
            "90d 00:00:00 k1 retired",
            "90d 00:00:00 k2 active",
            "90d 02:00:00 k1 withdrawn",
        ]
    );
}

/// `rotate_every = "never"` leaves it to the command: nothing is made, nothing takes over.
#[test]
fn with_never_the_schedule_rotates_nothing() {
    let mut server = Server::start(Policy {
        rotate_every: None,
        ..defaults()
    });
    server.enter_next("spare");
    server.run(20 * DAY);
    server.off(4_000 * DAY);
    server.run(20 * DAY);
    assert_eq!(server.signer(), "k1");
    assert_eq!(server.state("spare"), KeyState::Next);
    let kid = "spare".to_owned();
    server.act(&Act::Promote { kid, now: false }).unwrap();
    server.look();
    assert_eq!(server.signer(), "spare");
}

/// A policy of seconds works like one of months.
#[test]
fn a_policy_of_seconds_works_like_one_of_months() {
    let mut server = Server::start(Policy {
        rotate_every: Some(10 * SECOND),
        publish_before: SECOND,
        jwks_max_age: 2 * SECOND,
        retire_margin: SECOND,
        token_life: 3 * SECOND,
        hint_life: MINUTE,
        ..defaults()
    });
    server.run(25 * SECOND);
    assert_eq!(
        server.told(),
        [
            "0d 00:00:00 k1 next",
            "0d 00:00:00 k1 active",
            "0d 00:00:08 k2 next",
            "0d 00:00:10 k1 retired",
            "0d 00:00:10 k2 active",
            "0d 00:00:14 k1 withdrawn",
            "0d 00:00:18 k3 next",
            "0d 00:00:20 k2 retired",
            "0d 00:00:20 k3 active",
            "0d 00:00:24 k2 withdrawn",
        ]
    );
}

/// `on_unready = "wait"`: the schedule holds a key back, says so, and goes on when it may.
#[test]
fn a_key_that_is_held_takes_over_when_it_is_let_go() {
    let mut server = Server::start(defaults());
    server.policy.held = vec![RS256];
    server.run(95 * DAY);
    assert_eq!(server.signer(), "k1");
    let (key_use, kid) = (RS256, "k2".to_owned());
    assert_eq!(server.late, [Late::WaitsForClients { key_use, kid }]);
    server.policy.held.clear();
    server.look();
    assert_eq!((server.signer(), server.late.len()), ("k2", 0));
}

/// What is due and can't be done is told with what it waits for.
#[test]
fn what_is_late_says_what_it_waits_for() {
    let mut server = Server::start(defaults());
    server.now = NEW_YEAR.plus(100 * DAY);
    let plan = advance(&server.keys, &server.policy, server.now);
    let since = NEW_YEAR.plus(90 * DAY);
    assert_eq!(
        plan.late,
        [Late::Overdue {
            key_use: RS256,
            since
        }]
    );
    server.look();
    server.run(DAY + LAG);
    assert_eq!(
        server.late,
        [Late::WaitsForPublication {
            key_use: RS256,
            kid: "k2".to_owned(),
            remaining: 6 * DAY,
            for_copies: false,
        }]
    );
}

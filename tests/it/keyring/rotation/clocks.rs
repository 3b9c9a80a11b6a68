//! Clocks that jump, and looks that come late.

use super::*;

/// A next key that was published for a day.
fn one_day_published() -> Server {
    let mut server = Server::start(defaults());
    server.run(84 * DAY + LAG);
    assert_eq!(server.key("k2").served, DAY);
    server
}

/// A machine whose clock is set to next year must not sign with a key that nobody has fetched.
#[test]
fn a_clock_that_jumps_ahead_makes_no_key_ready() {
    let mut server = one_day_published();
    server.now = server.now.plus(365 * DAY);
    server.look();
    assert_eq!((server.signer(), server.key("k2").served), ("k1", DAY));
    server.run(6 * DAY - SECOND);
    assert_eq!(server.signer(), "k1");
    server.run(SECOND + LAG);
    assert_eq!(server.signer(), "k2");
}

/// Nor may it withdraw a key whose tokens live by everybody else's clock.
#[test]
fn a_clock_that_jumps_ahead_withdraws_no_key() {
    let mut server = Server::start(defaults());
    server.run(90 * DAY + LAG);
    server.now = server.now.plus(365 * DAY);
    server.look();
    assert_eq!(server.state("k1"), KeyState::Retired);
}

/// Times that lie ahead would be waited for.
#[test]
fn a_clock_that_goes_back_leaves_no_time_ahead() {
    let mut server = one_day_published();
    server.now = server.now.minus(3_650 * DAY);
    server.look();
    for key in &server.keys.keys {
        let times = [key.published_at, key.activated_at, Some(key.created_at)];
        assert!(times.into_iter().flatten().all(|time| time <= server.now));
    }
    assert_eq!(server.key("k2").served, DAY);
    server.run(90 * DAY);
    assert_eq!(server.signer(), "k2");
}

/// A look that comes late by as much again still counts: a loaded machine is no absent one.
/// One that comes later does not.
#[test]
fn time_counts_between_looks_that_lie_no_further_apart_than_the_gap() {
    let policy = defaults();
    assert_eq!(
        (policy.look_interval(), policy.gap()),
        (30 * SECOND, MINUTE)
    );
    let mut server = one_day_published();
    server.now = server.now.plus(MINUTE);
    server.look();
    assert_eq!(server.key("k2").served, DAY + MINUTE);
    server.now = server.now.plus(MINUTE + Duration::from_millis(1));
    server.look();
    assert_eq!(server.key("k2").served, DAY + MINUTE);
}

/// Looks are as fine as the shortest span that they measure.
#[test]
fn looks_are_as_fine_as_the_shortest_span() {
    let of = |publish_before, retire_margin| Policy {
        publish_before,
        jwks_max_age: SECOND,
        retire_margin,
        token_life: SECOND,
        ..defaults()
    };
    let millis = Duration::from_millis;
    assert_eq!(of(SECOND, HOUR).look_interval(), millis(250));
    assert_eq!(of(SECOND, HOUR).gap(), 2 * SECOND);
    assert_eq!(of(80 * SECOND, HOUR).look_interval(), 10 * SECOND);
    assert_eq!(of(80 * SECOND, HOUR).gap(), 20 * SECOND);
    assert_eq!(of(DAY, 15 * SECOND).look_interval(), 2 * SECOND);
    assert_eq!(of(DAY, DAY).look_interval(), 30 * SECOND);
}

/// An act between two looks loses and gains nothing of the time that is counted.
#[test]
fn an_act_between_two_looks_counts_what_was_served_until_then() {
    let mut server = one_day_published();
    server.now = server.now.plus(20 * SECOND);
    server.enter_next("spare");
    assert_eq!(server.key("k2").served, DAY + 20 * SECOND);
    // An act may have taken its time after the moment that it names: what comes of it is
    // counted from the next look on.
    server.now = server.now.plus(SECOND);
    server.look();
    server.now = server.now.plus(10 * SECOND);
    server.look();
    assert_eq!(server.key("k2").served, DAY + 30 * SECOND);
    assert_eq!(server.key("spare").served, 10 * SECOND);
}

/// A key is published when the plan has been written down and put to work, which may take
/// seconds after the moment that the plan names. What passed until the next look is not
/// counted, for it nor for a key that went on signing until then.
#[test]
fn what_a_look_began_is_counted_from_the_next_look_on() {
    let mut server = Server::start(defaults());
    server.run(83 * DAY);
    assert_eq!(server.state("k2"), KeyState::Next);
    server.now = server.now.plus(20 * SECOND);
    server.look();
    assert_eq!(server.key("k2").served, Duration::ZERO);
    server.now = server.now.plus(30 * SECOND);
    server.look();
    assert_eq!(server.key("k2").served, 30 * SECOND);
    server.run(7 * DAY);
    assert_eq!(server.state("k1"), KeyState::Retired);
    server
        .act(&Act::Rotate {
            key_use: RS256,
            now: true,
        })
        .unwrap();
    server.now = server.now.plus(20 * SECOND);
    server.look();
    assert_eq!(server.state("k2"), KeyState::Retired);
    assert_eq!(server.key("k2").served, Duration::ZERO);
}

/// An act that took its time brings a moment that is older than the last look. It must not
/// make the time in between count twice.
#[test]
fn a_moment_that_comes_late_makes_no_time_count_twice() {
    let mut server = one_day_published();
    let asked = server.now;
    server.now = server.now.plus(30 * SECOND);
    server.look();
    let served = server.key("k2").served;
    let key = new_key("spare", RS256, asked);
    let plan = enter(&server.keys, &server.policy, key, EnterAs::Next, asked).unwrap();
    server.take(&plan);
    server.look();
    server.now = server.now.plus(30 * SECOND);
    server.look();
    assert_eq!(server.key("k2").served, served + 30 * SECOND);
    let late = advance(&server.keys, &server.policy, asked);
    let next = advance(&late.keys, &server.policy, server.now);
    assert_eq!(next.keys.find("k2").unwrap().served, served + 30 * SECOND);
}

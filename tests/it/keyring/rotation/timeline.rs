//! The future as it is told, against what then happens.

use std::collections::BTreeMap;

use dingpass::keyring::rotation::{Make, Step, StepKind, timeline};
use proptest::prelude::*;

use super::promises::policies;
use super::*;

fn line(step: &Step) -> (Timestamp, String) {
    let key = step.key.as_deref().unwrap_or("a new key");
    (step.at, format!("{key} {:?}", step.what))
}

fn told(steps: &[Step]) -> Vec<String> {
    let lines = steps.iter().map(line);
    lines
        .map(|(at, what)| format!("{} {what}", clock_face(at.since(NEW_YEAR))))
        .collect()
}

/// What `keys status` tells on the first day, with the defaults.
#[test]
fn the_first_days_timeline_tells_two_rotations_and_what_becomes_of_their_keys() {
    let server = Server::start(defaults());
    assert_eq!(
        told(&timeline(&server.keys, &server.policy, server.now, None)),
        [
            "83d 00:00:00 a new key Made",
            "83d 00:00:00 a new key Published",
            "90d 00:00:00 k1 Retired",
            "90d 00:00:00 a new key Signs",
            "90d 01:10:00 k1 Withdrawn",
            "120d 01:10:00 k1 Forgotten",
            "173d 00:00:00 a new key Made",
            "173d 00:00:00 a new key Published",
            "180d 00:00:00 a new key Retired",
            "180d 00:00:00 a new key Signs",
            "180d 01:10:00 a new key Withdrawn",
            "210d 01:10:00 a new key Forgotten",
        ]
    );
}

/// What `keys rotate --dry-run` tells, with a client that stays behind.
#[test]
fn the_timeline_of_an_act_begins_with_the_act() {
    let mut server = Server::start(Policy {
        rotate_every: None,
        ..defaults()
    });
    let (client, kid) = (client("hr"), "k1".to_owned());
    let until = NEW_YEAR.plus(20 * DAY);
    server.act(&Act::Pin { client, kid, until }).unwrap();
    let rotate = Act::Rotate {
        key_use: RS256,
        now: false,
    };
    let expected = [
        "0d 00:00:00 a new key Made",
        "0d 00:00:00 a new key Published",
        "7d 00:00:00 k1 Retired",
        "7d 00:00:00 a new key Signs",
        "20d 00:00:00 k1 PinEnds(ClientId(\"hr\"))",
        "20d 01:10:00 k1 Withdrawn",
        "50d 01:10:00 k1 Forgotten",
    ];
    let steps = timeline(&server.keys, &server.policy, server.now, Some(&rotate));
    assert_eq!(told(&steps), expected);
    let nothing = timeline(&server.keys, &server.policy, server.now, None);
    assert_eq!(
        told(&nothing),
        ["20d 00:00:00 k1 PinEnds(ClientId(\"hr\"))"]
    );
}

/// A revocation, and one that would be refused.
#[test]
fn the_timeline_of_a_revocation_says_what_goes_at_once() {
    let mut server = Server::start(Policy {
        rotate_every: None,
        ..defaults()
    });
    let kid = "k1".to_owned();
    let revoke = Act::Revoke { kid };
    let steps = |server: &Server| {
        told(&timeline(
            &server.keys,
            &server.policy,
            server.now,
            Some(&revoke),
        ))
    };
    assert!(steps(&server).is_empty(), "it needs a successor");
    server.enter_next("spare");
    assert_eq!(
        steps(&server),
        ["0d 00:00:00 k1 Revoked", "0d 00:00:00 spare Signs"]
    );
}

/// Keys that pile up don't make the telling endless.
#[test]
fn a_timeline_of_hundreds_of_keys_ends() {
    let server = Server::start(Policy {
        rotate_every: Some(2 * SECOND),
        publish_before: SECOND,
        jwks_max_age: SECOND,
        retire_margin: DAY,
        ..defaults()
    });
    let steps = timeline(&server.keys, &server.policy, server.now, None);
    let signs = steps.iter().filter(|step| step.what == StepKind::Signs);
    assert_eq!((steps.len(), signs.count()), (12, 2));
}

/// Runs the schedule and tells what happens, in the words of the timeline: with two rotations
/// of each set, as there.
fn what_happens(mut server: Server, time: Duration) -> Vec<(Timestamp, String)> {
    let known = server.keys.clone();
    let mut rotations: BTreeMap<KeyUse, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    let end = server.now.plus(time);
    while server.now <= end {
        let before = server.keys.pins.clone();
        let mut plan = advance(&server.keys, &server.policy, server.now);
        loop {
            let at = server.now;
            for pin in before.iter().filter(|pin| !plan.keys.pins.contains(pin)) {
                if server.keys.pins.contains(pin) {
                    lines.push((at, format!("{} PinEnds({:?})", pin.kid, pin.client)));
                }
            }
            for change in &plan.changes {
                let kid = known.find(&change.kid);
                let kid = kid.map_or("a new key", |key| key.kid.as_str());
                let mut line = |what: &str| lines.push((at, format!("{kid} {what}")));
                match change.to {
                    Some(KeyState::Next) => {
                        line("Made");
                        line("Published");
                    }
                    Some(KeyState::Active) => line("Signs"),
                    Some(KeyState::Retired) => line("Retired"),
                    Some(KeyState::Withdrawn) => line("Withdrawn"),
                    Some(KeyState::Revoked) => line("Revoked"),
                    None => line("Forgotten"),
                }
                if change.from == Some(KeyState::Active) {
                    *rotations.entry(change.key_use).or_default() += 1;
                }
            }
            let make = plan.make.clone();
            server.keys = plan.keys;
            let wanted = make
                .into_iter()
                .find(|make| rotations.get(&make.key_use).is_none_or(|done| *done < 2));
            plan = if let Some(make) = wanted {
                server.made += 1;
                let key = new_key(&format!("k{}", server.made), make.key_use, server.now);
                enter(&server.keys, &server.policy, key, make.enter_as, server.now).unwrap()
            } else {
                let plan = advance(&server.keys, &server.policy, server.now);
                let more = |make: &Make| rotations.get(&make.key_use).is_none_or(|done| *done < 2);
                if plan.changes.is_empty() && !plan.make.iter().any(more) {
                    server.keys = plan.keys;
                    server.now = server.now.plus(plan.look_again);
                    break;
                }
                plan
            };
        }
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// If a server is there all the time and nobody interferes, it comes as it was told, or a
    /// moment later: a key that was made is counted from the look after it.
    #[test]
    fn what_is_told_is_what_happens(
        policy in policies(),
        ran_before in 0..200_u32,
        pinned_for in proptest::option::of(1..100_u32),
        spare in any::<bool>(),
        held in proptest::bool::weighted(0.2),
    ) {
        let mut server = Server::start(policy);
        let first = server.policy.uses[0];
        server.run(ran_before * SECOND);
        if spare {
            let key = new_key("spare", first, server.now);
            server.enter(key, EnterAs::Next).unwrap();
        }
        if let Some(time) = pinned_for {
            let kid = server.keys.active(first).unwrap().kid.clone();
            let (client, until) = (client("hr"), server.now.plus(time * SECOND));
            server.act(&Act::Pin { client, kid, until }).unwrap();
        }
        if held {
            server.policy.held = vec![first];
        }
        server.look();
        let steps = timeline(&server.keys, &server.policy, server.now, None);
        let happened = what_happens(server, 700 * SECOND);
        let end = NEW_YEAR.plus((ran_before + 690) * SECOND);
        let expected: Vec<_> = steps.iter().filter(|step| step.at < end).map(line).collect();
        for (at, what) in &expected {
            let in_time = happened
                .iter()
                .any(|(then, happens)| what == happens && *then >= *at && then.since(*at) < 2 * SECOND);
            prop_assert!(in_time, "{what} at {at:?} of {happened:?}");
        }
        let in_time = happened.iter().filter(|(at, _)| *at < end.plus(2 * SECOND)).count();
        prop_assert!(in_time >= expected.len() && happened.len() <= steps.len());
    }
}

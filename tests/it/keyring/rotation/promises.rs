//! The promises of a rotation that nobody notices, over random orders of looks, absences,
//! restarts, clock jumps, policies and acts. `world.rs` holds them at each step.

use proptest::prelude::*;

use super::world::World;
use super::*;

/// What happens next.
#[derive(Clone, Debug)]
enum Happens {
    /// The server is there for so long, its looks late by so many percent.
    Run(i64, i64),
    /// The process is frozen for so long.
    Sleep(i64),
    /// The process ends, and starts after a while.
    Off {
        time: i64,
        crash: bool,
    },
    /// The same, with another configuration.
    Reconfigured(i64, Box<Policy>),
    /// The same at once, where only the time is another for which copies may be kept.
    MaxAge(u64, bool),
    /// Another policy without a restart.
    Policy(Box<Policy>),
    /// The clock jumps.
    Jump(i64),
    /// Making a key takes so long from now on, within a look or beside it.
    MakingTakes(i64, bool),
    /// Writing takes so long from now on.
    WritingTakes(i64),
    /// Clients are not ready, or are.
    Held(bool),
    /// An operator.
    Enter(KeyUse, EnterAs),
    Rotate(KeyUse, bool),
    Promote(usize, bool),
    Retire(usize),
    Revoke(usize),
    /// Somebody brings in a key by a name that there was.
    EnterAgain(usize),
    Pin(u8, usize, i64),
    Unpin(u8),
}

fn seconds(range: std::ops::Range<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_secs)
}

fn a_use() -> impl Strategy<Value = KeyUse> {
    prop_oneof![4 => Just(RS256), 2 => Just(ES256), 1 => Just(KeyUse::Seal)]
}

pub(super) fn policies() -> impl Strategy<Value = Policy> {
    let times = (
        prop_oneof![4 => seconds(20..120).prop_map(Some), 1 => Just(None)],
        seconds(1..19),
        seconds(1..19),
        seconds(1..20),
        seconds(1..40),
        seconds(1..40),
        seconds(1..200),
    );
    let uses = prop_oneof![
        Just(vec![RS256]),
        Just(vec![RS256, KeyUse::Seal]),
        Just(vec![RS256, ES256]),
        Just(vec![ES256]),
    ];
    (times, uses).prop_map(|(times, uses)| Policy {
        rotate_every: times.0,
        publish_before: times.1,
        jwks_max_age: times.2,
        retire_margin: times.3,
        token_life: times.4,
        sealed_life: times.5,
        hint_life: times.6,
        uses,
        held: Vec::new(),
    })
}

fn jumps() -> impl Strategy<Value = i64> {
    prop_oneof![
        -3_000..3_000_i64,
        -60_000..60_000_i64,
        -1_000_000_000..1_000_000_000_i64,
    ]
}

fn ways_in() -> impl Strategy<Value = EnterAs> {
    prop_oneof![
        Just(EnterAs::Auto),
        Just(EnterAs::Next),
        Just(EnterAs::Successor),
        Just(EnterAs::Active),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    let an_index = 0..12_usize;
    prop_oneof![
        12 => (0..30_000_i64, 0..110_i64).prop_map(|(time, late)| Happens::Run(time, late)),
        3 => (0..40_000_i64).prop_map(Happens::Sleep),
        3 => (0..100_000_i64, any::<bool>()).prop_map(|(time, crash)| Happens::Off { time, crash }),
        1 => (0..100_000_i64, policies())
            .prop_map(|(time, policy)| Happens::Reconfigured(time, Box::new(policy))),
        2 => (1..60_u64, any::<bool>()).prop_map(|(max_age, crash)| Happens::MaxAge(max_age, crash)),
        1 => policies().prop_map(|policy| Happens::Policy(Box::new(policy))),
        3 => jumps().prop_map(Happens::Jump),
        1 => (0..6_000_i64, any::<bool>()).prop_map(|(time, within)| Happens::MakingTakes(time, within)),
        2 => (0..3_000_i64).prop_map(Happens::WritingTakes),
        1 => any::<bool>().prop_map(Happens::Held),
        2 => (a_use(), ways_in()).prop_map(|(key_use, way)| Happens::Enter(key_use, way)),
        3 => (a_use(), any::<bool>()).prop_map(|(key_use, now)| Happens::Rotate(key_use, now)),
        3 => (an_index.clone(), any::<bool>()).prop_map(|(key, now)| Happens::Promote(key, now)),
        2 => an_index.clone().prop_map(Happens::Retire),
        2 => an_index.clone().prop_map(Happens::Revoke),
        1 => an_index.clone().prop_map(Happens::EnterAgain),
        4 => (0..3_u8, an_index, 1..60_000_i64)
            .prop_map(|(client, key, time)| Happens::Pin(client, key, time)),
        1 => (0..3_u8).prop_map(Happens::Unpin),
    ]
}

/// The name of a key, counted from the newest.
fn name(world: &World, index: usize) -> Option<String> {
    let keys = &world.keys.keys;
    let key = keys.iter().rev().nth(index % keys.len().max(1))?;
    Some(key.kid.clone())
}

fn happen(world: &mut World, what: Happens) {
    match what {
        Happens::Run(time, late) => world.run_late(time, late),
        Happens::Sleep(time) => world.sleep(time),
        Happens::Off { time, crash } => world.off(time, crash, None),
        Happens::Reconfigured(time, policy) => world.off(time, true, Some(*policy)),
        Happens::MaxAge(max_age, crash) => {
            let policy = Policy {
                jwks_max_age: Duration::from_secs(max_age),
                ..world.policy.clone()
            };
            world.off(0, crash, Some(policy));
        }
        Happens::Policy(policy) => world.change_policy(*policy),
        Happens::Jump(time) => world.jump(time),
        Happens::MakingTakes(time, within) => {
            world.making_takes = time;
            world.makes_within_a_look = within;
        }
        Happens::WritingTakes(time) => world.writing_takes = time,
        Happens::Held(true) => world.policy.held = world.policy.uses.clone(),
        Happens::Held(false) => world.policy.held.clear(),
        Happens::Enter(key_use, way) => {
            world.enter(key_use, way);
        }
        Happens::Rotate(key_use, now) => {
            world.act(&Act::Rotate { key_use, now });
        }
        Happens::Unpin(number) => {
            let client = client(&format!("c{number}"));
            world.act(&Act::Unpin { client });
        }
        Happens::Promote(index, now) => {
            if let Some(kid) = name(world, index) {
                world.act(&Act::Promote { kid, now });
            }
        }
        Happens::Retire(index) => {
            if let Some(kid) = name(world, index) {
                world.act(&Act::Retire { kid });
            }
        }
        Happens::Revoke(index) => {
            if let Some(kid) = name(world, index) {
                world.act(&Act::Revoke { kid });
            }
        }
        Happens::EnterAgain(index) => {
            if let Some(kid) = name(world, index) {
                let key = new_key(&kid, RS256, world.clock());
                let again = world.act(&Act::Enter(Box::new(key), EnterAs::Active));
                assert!(!again, "two keys of one name: {kid}");
            }
        }
        Happens::Pin(number, index, time) => {
            if let Some(kid) = name(world, index) {
                let client = client(&format!("c{number}"));
                let until = Timestamp::from_millis(world.clock().as_millis() + time);
                world.act(&Act::Pin { client, kid, until });
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    /// Who signs is published, and was for long enough; what is needed stays; one key signs for
    /// each set; what is revoked is gone; a pinned client keeps its key; every change is told;
    /// twice is as good as once; no time lies ahead.
    #[test]
    fn the_promises_hold_whatever_happens_in_whatever_order(
        policy in policies(),
        course in proptest::collection::vec(happens(), 1..50),
    ) {
        let mut world = World::new(policy);
        for what in course {
            happen(&mut world, what);
        }
    }
}

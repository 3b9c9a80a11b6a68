//! What must happen does: the other half of a promise that nothing happens too early.

use proptest::prelude::*;

use super::promises::policies;
use super::world::World;
use super::*;

/// A schedule, never held, never left to the operator, of one set at least.
fn schedules() -> impl Strategy<Value = Policy> {
    policies().prop_filter("a schedule", |policy| {
        policy.rotate_every.is_some() && policy.fault().is_none()
    })
}

fn whole(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap()
}

/// Some looks, late as they may be.
fn some_looks(policy: &Policy) -> i64 {
    4 * whole(policy.look_interval()) + 1_000
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// With looks that come late, and keys that take their time to be made, each set rotates in
    /// its turn, and what has retired is withdrawn.
    #[test]
    fn each_set_rotates_in_its_turn(
        policy in schedules(),
        making_takes in 0..5_000_i64,
        late in 0..95_i64,
    ) {
        let mut world = World::new(policy.clone());
        world.run_late(some_looks(&policy), late);
        world.making_takes = making_takes;
        let every = whole(policy.rotate_every.unwrap());
        for _ in 0..2 {
            let uses = policy.uses.iter();
            let before: Vec<_> = uses.map(|key_use| world.signer(*key_use).cloned()).collect();
            // Each look may add its lateness: to the making and to the taking over.
            world.run_late(every + making_takes + some_looks(&policy), late);
            for (key_use, before) in policy.uses.iter().zip(before) {
                prop_assert!(before.is_some());
                prop_assert_ne!(world.signer(*key_use), before.as_ref());
            }
        }
        let retired: Vec<Key> = world.keys.keys.iter().filter(|key| key.state == KeyState::Retired).cloned().collect();
        world.policy.rotate_every = None;
        let stays = policy.token_life.max(policy.sealed_life) + policy.retire_margin;
        world.run_late(whole(stays) + some_looks(&policy), late);
        for key in retired {
            prop_assert!(!world.is_published(&key.kid));
        }
    }

    /// A server that was off for a month, with a crash or without, over its turn or with a next
    /// key that was published already: it signs with a key that was published for the wait,
    /// within the wait and a little.
    #[test]
    fn a_server_that_was_off_for_a_month_catches_up(
        policy in schedules(),
        ran_before in 0..100_000_i64,
        making_takes in 0..5_000_i64,
        crash in any::<bool>(),
        late in 0..95_i64,
    ) {
        let mut world = World::new(policy.clone());
        world.making_takes = making_takes;
        world.run(ran_before.max(making_takes + 1_000));
        let uses = policy.uses.iter();
        let before: Vec<_> = uses.map(|key_use| world.signer(*key_use).cloned()).collect();
        world.off(whole(30 * DAY), crash, None);
        let wait = policy.publish_before.max(policy.jwks_max_age);
        world.run_late(whole(wait) + making_takes + some_looks(&policy), late);
        for (key_use, before) in policy.uses.iter().zip(before) {
            let signer = world.signer(*key_use);
            prop_assert!(before.is_some());
            prop_assert_ne!(signer, before.as_ref());
            prop_assert!(world.published_for(signer.unwrap()) >= policy.wait(*key_use));
        }
    }

    /// An operator's `rotate` is done within the wait and a little, also where the schedule
    /// does nothing.
    #[test]
    fn a_rotation_that_was_asked_for_is_done_within_the_wait(
        policy in policies(),
        making_takes in 0..5_000_i64,
        late in 0..95_i64,
    ) {
        let policy = Policy { rotate_every: None, ..policy };
        let mut world = World::new(policy.clone());
        world.run(10_000);
        world.making_takes = making_takes;
        for key_use in policy.uses.clone() {
            let before = world.signer(key_use).cloned();
            let asked = world.act(&Act::Rotate { key_use, now: false });
            prop_assert!(asked);
            world.run_late(whole(policy.wait(key_use)) + making_takes + some_looks(&policy), late);
            prop_assert!(before.is_some());
            prop_assert_ne!(world.signer(key_use), before.as_ref());
        }
    }
}

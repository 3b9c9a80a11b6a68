//! Ten rotations under load, without one failure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::Clock as _;
use dingpass::domain::id::ClientId;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::key_state::KeyState;
use dingpass::keyring::model::KeyUse;
use dingpass::operator::keys::KeyQuestion;
use tokio::task::JoinSet;

use super::house::{HOURLY, OBEYING, PINNED, SCHEDULE, SETS, Soak, UNKNOWN_KID};
use super::ledger::Ledger;
use super::pace::{Pace, STEP};
use super::told::{Told, told};
use super::worker::{Place, Worker};

const ROTATIONS: usize = 10;

/// Two at each relying party.
const PEOPLE: [&str; 8] = [
    "zhangsan",
    "lisi",
    "chenboss",
    "wangwu",
    "lina",
    "sunqi",
    "wuhao",
    "zhengshuang",
];

/// How often a next key took over, by set.
fn rotations(told: &[Told]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for it in told {
        if it.from == Some(KeyState::Next) && it.to == Some(KeyState::Active) {
            *counts.entry(it.set.clone()).or_default() += 1;
        }
    }
    counts
}

/// Whether each set has had so many.
fn have_rotated(told: &[Told], times: usize) -> bool {
    let counts = rotations(told);
    // The very first key of a set takes over from nobody.
    SETS.iter().all(|set| counts.get(*set) > Some(&times))
}

/// Workers at all relying parties.
async fn set_to_work(soak: &Soak, pace: &Arc<Pace>, ledger: &Arc<Ledger>) -> JoinSet<()> {
    let place = Place {
        clock: Arc::clone(&soak.house.clock),
        keys: Arc::clone(&soak.house.custody),
        logout: soak.house.url("/logout"),
        pace: Arc::clone(pace),
        ledger: Arc::clone(ledger),
    };
    let mut workers = JoinSet::new();
    for (number, userid) in PEOPLE.into_iter().enumerate() {
        let at = number % soak.parties.len();
        let (party, ear) = (Arc::clone(&soak.parties[at]), soak.ears[at].clone());
        let worker = Worker::start(number, place.clone(), party, ear, userid).await;
        workers.spawn(worker.run());
    }
    workers
}

/// A soak under way.
struct Course<'s> {
    soak: &'s Soak,
    pace: Arc<Pace>,
    ledger: Arc<Ledger>,
    workers: JoinSet<()>,
    steps: u64,
    most_published: usize,
}

impl<'s> Course<'s> {
    async fn start(soak: &'s Soak) -> Self {
        let pace = Arc::new(Pace::new(Arc::clone(&soak.house.clock), PEOPLE.len()));
        let ledger = Arc::new(Ledger::default());
        let workers = set_to_work(soak, &pace, &ledger).await;
        Self {
            soak,
            pace,
            ledger,
            workers,
            steps: 0,
            most_published: 0,
        }
    }

    /// So many steps of time. A worker that ends does so by a failed assertion.
    async fn go_on(&mut self, steps: u64) {
        for _ in 0..steps {
            self.steps += 1;
            tokio::select! {
                () = self.pace.step(self.steps) => {}
                ended = self.workers.join_next() => match ended {
                    Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                    _ => panic!("a worker ended by itself"),
                }
            }
            self.look().await;
        }
    }

    /// The schedule looks, as it does in a server; and what must be true of the published keys
    /// at any moment is.
    async fn look(&mut self) {
        let house = &self.soak.house;
        house.app.look_after_keys().await;
        if self.steps.is_multiple_of(20) {
            house.app.sweep().await;
        }
        let published = house.keyring.published();
        self.most_published = self.most_published.max(published.kids.len());
        let names: BTreeSet<&String> = published.kids.iter().collect();
        for kid in self.ledger.kids_out(house.clock.now()) {
            assert!(names.contains(&kid), "a token is out, and its key is gone");
        }
    }

    /// Work is over.
    async fn end(&mut self) {
        self.pace.end();
        while let Some(ended) = self.workers.join_next().await {
            ended.unwrap();
        }
    }
}

/// OIDC Core section 10.1.1: whoever keeps the keys for as long as it is told, whoever fetches
/// at a kid that it does not know, whoever keeps them for an hour come what may, and whoever
/// was pinned since it never fetches again: none of them meets a token that it can't verify.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_relying_parties_go_through_ten_rotations_without_one_failure() {
    let soak = Soak::start(SCHEDULE).await;
    let began_at = soak.now();
    let first = soak.active("RS256");
    let mut course = Course::start(&soak).await;
    while !have_rotated(&told(soak.house.store.as_ref()).await, ROTATIONS) {
        course.go_on(20).await;
    }
    // Until everybody has met the last one.
    course.go_on(60).await;
    course.end().await;
    let Course {
        pace,
        ledger,
        most_published: most,
        ..
    } = course;

    println!(
        "{} operations in {} h of injected time; at most {most} keys published",
        pace.finished(),
        (soak.now() - began_at) / 3_600_000,
    );
    for party in [OBEYING, UNKNOWN_KID, HOURLY, PINNED] {
        let deeds = [
            "silently",
            "refresh",
            "userinfo",
            "with_hint",
            "flow",
            "anew",
            "elsewhere",
            "told",
        ];
        let counts = deeds.map(|what| (what, ledger.count(party, what)));
        let (believed, fetches) = (
            soak.party(party).believed(),
            soak.party(party).keys.fetches(),
        );
        println!("{party}: {believed} tokens believed, {fetches} fetches, {counts:?}");
        for (what, count) in counts {
            assert!(count >= 10, "{party} {what}: {count}");
        }
    }
    each_key_went_its_way(&soak, &first).await;

    // What they were told and did.
    assert_eq!(soak.party(PINNED).keys.fetches(), 1);
    let by_kid = soak.party(UNKNOWN_KID).keys.fetches();
    assert_eq!(
        by_kid,
        1 + u32::try_from(ROTATIONS).unwrap(),
        "one a rotation"
    );

    // Nobody caches sealing keys, and what they sealed lives on.
    assert!(ledger.keys_crossed("access token") >= ROTATIONS - 1);
    assert!(ledger.keys_crossed("flow") >= ROTATIONS - 1);

    let sets = &soak.house.custody.policy().uses;
    let of_set = |set: &KeyUse| soak.house.custody.policy().most_published(*set);
    let signing = sets.iter().filter(|set| **set != KeyUse::Seal);
    let bound: u64 = signing.map(of_set).sum();
    assert!(u64::try_from(most).unwrap() <= bound + 1, "{most} keys");
    nothing_old_stays(&soak, &first).await;
}

/// Each key was published for its time, signed for its time, and went after its last token.
async fn each_key_went_its_way(soak: &Soak, pinned: &str) {
    let told = told(soak.house.store.as_ref()).await;
    let policy = soak.house.custody.policy().clone();
    let of = |kid: &str, to| told.iter().find(|it| it.kid == kid && it.to == Some(to));
    for set in policy.uses.clone() {
        let taken: Vec<&Told> = told
            .iter()
            .filter(|it| it.set == set.as_str() && it.to == Some(KeyState::Active))
            .collect();
        assert!(taken.len() > ROTATIONS, "{set:?}: {}", taken.len());
        for (number, it) in taken.iter().enumerate().skip(1) {
            assert_eq!(it.actor, KeyActor::Schedule);
            let published = of(&it.kid, KeyState::Next).unwrap().at;
            assert!(it.at.since(published) >= policy.wait(set), "{set:?}");
            let signed = it.at.since(taken[number - 1].at);
            let every = policy.rotate_every.unwrap();
            // Served time is counted look by look, so that a turn may come some looks late.
            assert!((every..every + STEP * 6).contains(&signed), "{signed:?}");
        }
        for it in told.iter().filter(|it| it.set == set.as_str()) {
            if it.to == Some(KeyState::Withdrawn) {
                assert_ne!(it.kid, pinned);
                let retired = of(&it.kid, KeyState::Retired).unwrap().at;
                assert!(it.at.since(retired) >= policy.life(set) + policy.retire_margin);
            }
        }
    }
}

/// Once the pin is gone and time goes on, every key that had its turn is withdrawn.
async fn nothing_old_stays(soak: &Soak, pinned: &str) {
    assert!(
        soak.house
            .keyring
            .published()
            .kids
            .contains(&pinned.to_owned())
    );
    let client = ClientId::new(PINNED);
    soak.operator_insists(KeyQuestion::Unpin { client }).await;
    let policy = soak.house.custody.policy().clone();
    let longest = policy.token_life.max(policy.sealed_life) + policy.retire_margin;
    let mut gone = Duration::ZERO;
    // The rotations of this time add keys of their own; those of before are looked at.
    let before: BTreeSet<String> = {
        let keys = soak.house.custody.snapshot().keys.keys;
        let is_old = |key: &dingpass::keyring::model::Key| key.retired_at.is_some();
        keys.into_iter().filter(is_old).map(|key| key.kid).collect()
    };
    while gone < longest + STEP * 2 {
        soak.house.clock.advance(STEP);
        gone += STEP;
        soak.house.app.look_after_keys().await;
    }
    let told = told(soak.house.store.as_ref()).await;
    for kid in before {
        let ended = told.iter().any(|it| {
            it.kid == kid && it.to == Some(KeyState::Withdrawn) && it.actor == KeyActor::Schedule
        });
        assert!(ended, "{kid} was not withdrawn");
        assert!(!soak.house.keyring.published().kids.contains(&kid));
    }
}

//! The rules of rotation, as tables that an operator could have drawn, and as properties that
//! hold over any order of looks, restarts, clock jumps, policies and acts.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod acts;
mod calendar;
mod clocks;
mod copies;
mod liveness;
mod pins;
mod policy;
mod promises;
mod timeline;
mod uses;
mod world;

use std::time::Duration;

use dingpass::clock::Timestamp;
use dingpass::domain::id::ClientId;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::model::{Key, KeySet, KeyState, KeyUse};
use dingpass::keyring::rotation::{
    Act, ActRefused, EnterAs, Late, Plan, Policy, act, advance, enter, must_be_written, roles,
};

const RS256: KeyUse = KeyUse::Sign(SigningAlg::Rs256);
const ES256: KeyUse = KeyUse::Sign(SigningAlg::Es256);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// 2027-01-01T00:00:00Z
const NEW_YEAR: Timestamp = Timestamp::from_seconds(1_798_761_600);

/// The defaults of `[keys]`, for one algorithm; tokens of ten minutes.
fn defaults() -> Policy {
    Policy {
        rotate_every: Some(90 * DAY),
        publish_before: 7 * DAY,
        jwks_max_age: HOUR,
        retire_margin: HOUR,
        token_life: 10 * MINUTE,
        sealed_life: HOUR,
        hint_life: 30 * DAY,
        uses: vec![RS256],
        held: Vec::new(),
    }
}

/// A key that was just made.
fn new_key(kid: &str, key_use: KeyUse, now: Timestamp) -> Key {
    Key {
        file: Some(format!("{kid}.pem")),
        ..Key::new(kid.to_owned(), key_use, now)
    }
}

/// What the count of a state lacks: it begins at the look after the one that began the state.
const LAG: Duration = Duration::from_millis(250);

fn client(name: &str) -> ClientId {
    ClientId::new(name)
}

/// A server that looks when it is told to, and makes at once what it is asked for: `k1`, `k2`.
struct Server {
    keys: KeySet,
    policy: Policy,
    now: Timestamp,
    made: usize,
    /// What became of which key, and when (since the start).
    diary: Vec<(Duration, String)>,
    started: Timestamp,
    /// What the last look said of what is late.
    late: Vec<Late>,
}

impl Server {
    fn start(policy: Policy) -> Self {
        let mut server = Self {
            keys: KeySet::default(),
            policy,
            now: NEW_YEAR,
            made: 0,
            diary: Vec::new(),
            started: NEW_YEAR,
            late: Vec::new(),
        };
        server.look();
        server
    }

    /// One look, and what it asks for. When to look again.
    fn look(&mut self) -> Duration {
        let mut plan = advance(&self.keys, &self.policy, self.now);
        self.take(&plan);
        while !plan.make.is_empty() {
            for make in &plan.make {
                self.made += 1;
                let key = new_key(&format!("k{}", self.made), make.key_use, self.now);
                let entered = enter(&self.keys, &self.policy, key, make.enter_as, self.now);
                self.take(&entered.unwrap());
            }
            plan = advance(&self.keys, &self.policy, self.now);
            self.take(&plan);
        }
        self.late = plan.late;
        plan.look_again
    }

    /// Looks as often as it is told to, for so long.
    fn run(&mut self, time: Duration) {
        let end = self.now.plus(time);
        loop {
            let look_again = self.look();
            if self.now >= end {
                return;
            }
            self.now = self.now.plus(self.sleep(look_again)).min(end);
        }
    }

    /// Until the next look: what the plan says; or, to be quick, ten full minutes while nothing
    /// is counted.
    fn sleep(&self, look_again: Duration) -> Duration {
        let counted = self.keys.keys.iter().any(|key| match key.state {
            KeyState::Next => key.served < self.policy.wait(key.key_use),
            KeyState::Retired => true,
            KeyState::Active | KeyState::Withdrawn | KeyState::Revoked => false,
        });
        if counted || look_again < 30 * SECOND || self.policy.rotate_every < Some(DAY) {
            return look_again;
        }
        let into = self.now.since(self.started).as_millis() % (10 * MINUTE).as_millis();
        10 * MINUTE - Duration::from_millis(u64::try_from(into).unwrap())
    }

    /// Nobody is there for so long; then a new process looks.
    fn off(&mut self, time: Duration) {
        self.now = self.now.plus(time);
        self.keys.seen_at = None;
        self.look();
    }

    fn act(&mut self, what: &Act) -> Result<(), ActRefused> {
        let plan = act(&self.keys, &self.policy, what, self.now)?;
        self.take(&plan);
        for make in &plan.make {
            self.made += 1;
            let key = new_key(&format!("k{}", self.made), make.key_use, self.now);
            self.enter(key, make.enter_as)?;
        }
        Ok(())
    }

    fn enter(&mut self, key: Key, enter_as: EnterAs) -> Result<(), ActRefused> {
        let plan = enter(&self.keys, &self.policy, key, enter_as, self.now)?;
        self.take(&plan);
        Ok(())
    }

    fn enter_next(&mut self, kid: &str) {
        let key = new_key(kid, RS256, self.now);
        self.enter(key, EnterAs::Next).unwrap();
    }

    fn take(&mut self, plan: &Plan) {
        let at = self.now.since(self.started);
        for change in &plan.changes {
            let what = change.to.map_or("forgotten".to_owned(), |to| {
                format!("{to:?}").to_lowercase()
            });
            self.diary.push((at, format!("{} {what}", change.kid)));
        }
        self.keys = plan.keys.clone();
    }

    fn key(&self, kid: &str) -> &Key {
        self.keys.find(kid).unwrap()
    }

    fn state(&self, kid: &str) -> KeyState {
        self.key(kid).state
    }

    fn signer(&self) -> &str {
        &self.keys.active(RS256).unwrap().kid
    }

    /// The diary as lines, with whole days, hours, minutes and seconds since the start.
    fn told(&self) -> Vec<String> {
        self.diary
            .iter()
            .map(|(at, what)| format!("{} {what}", clock_face(*at)))
            .collect()
    }
}

/// `90d 01:10:00`
fn clock_face(time: Duration) -> String {
    let seconds = time.as_secs();
    format!(
        "{}d {:02}:{:02}:{:02}",
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

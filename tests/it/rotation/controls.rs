//! So that the soak means something: what the same relying parties meet where keys do not take
//! turns as they should, and how long it lasts.

use std::sync::Arc;
use std::time::Duration;

use dingpass::operator::keys::KeyQuestion;

use super::house::{HOURLY, OBEYING, PINNED, SCHEDULE, Soak, UNKNOWN_KID};
use super::party::Doubt;
use super::worker::at_dingtalk;
use crate::support::Browser;

/// All four, in the order in which they are asked.
const ALL: [&str; 4] = [OBEYING, UNKNOWN_KID, HOURLY, PINNED];

/// Who turns down the token of a sign-in, for lack of the key: nothing else may go wrong.
async fn who_fails(soak: &Soak) -> Vec<&'static str> {
    let mut failing = Vec::new();
    for id in ALL {
        let party = Arc::clone(soak.party(id));
        let begun = party.begin(&[("scope", "openid")]);
        let answer = at_dingtalk(&mut Browser::new(), &party, &begun, "lisi").await;
        match party.finish(&begun, &answer).await {
            Ok(_) => {}
            Err(Doubt::UnknownKey) => failing.push(id),
            Err(other) => panic!("{id}: {other:?}"),
        }
    }
    failing
}

/// Time goes on, with a look every thirty seconds as in a server.
async fn later(soak: &Soak, minutes: u64) {
    for _ in 0..minutes * 2 {
        soak.house.clock.advance(Duration::from_secs(30));
        soak.house.app.look_after_keys().await;
    }
}

/// `keys rotate --now`: whoever obeys fails for the rest of `max-age`, whoever keeps keys for
/// an hour for the rest of that; whoever fetches for an unknown kid, or is pinned, never.
#[tokio::test]
async fn a_rotation_at_once_fails_those_who_keep_keys_until_they_fetch() {
    let soak = Soak::start(SCHEDULE).await;
    later(&soak, 10).await;
    assert_eq!(who_fails(&soak).await, [""; 0]);
    let ask = KeyQuestion::Rotate {
        algorithm: None,
        now: true,
    };
    soak.operator_insists(ask).await;
    assert_eq!(who_fails(&soak).await, [OBEYING, HOURLY]);
    later(&soak, 19).await;
    assert_eq!(who_fails(&soak).await, [OBEYING, HOURLY]);
    later(&soak, 1).await;
    assert_eq!(who_fails(&soak).await, [HOURLY], "max-age is over");
    later(&soak, 29).await;
    assert_eq!(who_fails(&soak).await, [HOURLY]);
    later(&soak, 1).await;
    assert_eq!(who_fails(&soak).await, [""; 0], "an hour is over");
    assert_eq!(soak.party(UNKNOWN_KID).keys.fetches(), 2);
    assert_eq!(soak.party(PINNED).keys.fetches(), 1);
}

/// A revoked key: whoever does not fetch for an unknown kid fails until it fetches, and
/// whoever never does fails for ever, for the pin is gone with its key.
#[tokio::test]
async fn revoked_keys_fail_all_but_those_who_fetch_for_an_unknown_kid() {
    let soak = Soak::start(SCHEDULE).await;
    later(&soak, 1).await;
    assert_eq!(who_fails(&soak).await, [""; 0]);
    for set in ["RS256", "ES256", "PS256"] {
        let ask = KeyQuestion::Revoke {
            kid: soak.active(set),
            keep_sessions: false,
        };
        soak.operator_insists(ask).await;
    }
    assert_eq!(who_fails(&soak).await, [OBEYING, HOURLY, PINNED]);
    later(&soak, 29).await;
    assert_eq!(who_fails(&soak).await, [HOURLY, PINNED]);
    later(&soak, 30).await;
    assert_eq!(who_fails(&soak).await, [PINNED]);
    later(&soak, 120).await;
    assert_eq!(who_fails(&soak).await, [PINNED]);
}

/// A schedule that publishes for less time than somebody keeps keys: they fail, and only they,
/// so that the soak would see it.
#[tokio::test]
async fn keys_that_are_published_for_too_short_a_time_fail_those_who_keep_them_longer() {
    let hasty = SCHEDULE
        .replace("\"90m\"", "\"95m\"")
        .replace("\"75m\"", "\"31m\"");
    let soak = Soak::start(&hasty).await;
    let mut failing = Vec::new();
    // It fetches the keys after an hour, the next key is there four minutes later, and signs
    // before the second hour is over.
    for _ in 0..26 {
        later(&soak, 5).await;
        for id in who_fails(&soak).await {
            if !failing.contains(&id) {
                failing.push(id);
            }
        }
    }
    assert_eq!(failing, [HOURLY]);
}

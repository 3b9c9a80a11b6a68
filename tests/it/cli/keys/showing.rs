//! What is shown of a plan and of what was done: short, and in the words of what it is about.

use dingpass::domain::id::ClientId;
use dingpass::domain::key_change::{KeyActor, KeyChange};
use dingpass::domain::key_state::KeyState;
use dingpass::operator::keys::{ClientFate, Done, Fate, KeyAnswer, Planned, StepName};
use serde_json::Value;

use super::stand_in::{ACTIVE, Asked, NEXT, NOW, OLD, breaking, far, usual};

/// Of many clients those are shown whom it concerns; the others are counted.
#[test]
fn a_plan_counts_the_clients_that_go_on() {
    let asked = Asked::answering(|request| match breaking(request) {
        KeyAnswer::Planned(mut planned) => {
            let clients = &mut planned.consequences[0].clients;
            for number in 0..20 {
                clients.push(ClientFate {
                    client: ClientId::new(format!("app-{number}")),
                    fate: Fate::Fine,
                    words: "goes on".to_owned(),
                    ..clients[0].clone()
                });
            }
            KeyAnswer::Planned(planned)
        }
        other => other,
    });
    let said = asked.keys(&["revoke", ACTIVE, "--dry-run"]).stdout;
    assert!(said.contains("20 other clients go on."), "{said}");
    assert!(said.contains("demo") && !said.contains("app-1"), "{said}");
}

/// What seals is spoken of as such: nobody outside ever had the key.
#[test]
fn a_plan_for_a_key_that_seals_speaks_of_opening() {
    let asked = Asked::answering(|request| match breaking(request) {
        KeyAnswer::Planned(mut planned) => {
            let of = &mut planned.consequences[0];
            of.algorithm = "A256GCM".parse().unwrap();
            (of.grants, of.sessions) = (0, 0);
            of.clients.clear();
            KeyAnswer::Planned(planned)
        }
        other => other,
    });
    let said = asked.keys(&["revoke", ACTIVE, "--dry-run"]).stdout;
    assert!(
        said.contains("Nothing that it sealed is opened any more."),
        "{said}"
    );
    assert!(
        !said.contains("believed") && !said.contains("hangs"),
        "{said}"
    );
}

/// A pin changes no key's state: that it was made, and until when, is said all the same, and
/// its end stands in the timeline however far away it is.
#[test]
fn a_pin_is_said_with_its_end() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Done(done) => KeyAnswer::Done(Done {
            timeline: far(),
            ..done
        }),
        other => other,
    });
    let ended = asked.keys(&["pin", "payroll", "--kid", OLD, "--until", "2027-01-31"]);
    let first = ended.stdout.lines().next().unwrap();
    assert!(
        first.starts_with("payroll stays with key 2024-03 until 2027-02-01 00:00 +08:00 (in "),
        "{first}"
    );
    assert!(
        ended.stdout.contains("pin ends: payroll"),
        "{}",
        ended.stdout
    );
    let ended = asked.keys(&["unpin", "payroll"]);
    let first = ended.stdout.lines().next().unwrap();
    assert_eq!(first, "payroll is not pinned any more.");
    let json = asked.keys(&["pin", "payroll", "--kid", OLD, "--until", "30d", "--json"]);
    serde_json::from_str::<Value>(&json.stdout).unwrap();
}

/// Of two keys that are yet to be made only the first is shown: both are "a new key".
#[test]
fn a_timeline_tells_of_one_new_key() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Planned(planned) => KeyAnswer::Planned(Planned {
            timeline: far(),
            ..planned
        }),
        other => other,
    });
    let ended = asked.keys(&["rotate", "--dry-run"]);
    let made = ended.stdout.matches("a new key  is made").count();
    assert_eq!(made, 1, "{}", ended.stdout);
    let withdrawn = ended.stdout.matches("is not published any more").count();
    assert_eq!(withdrawn, 1, "the old key's end is shown: {}", ended.stdout);
}

/// What was brought in tells its set; what comes in other sets is not the answer.
#[test]
fn an_import_shows_the_times_of_its_own_set() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Done(done) => {
            let mut timeline = far();
            timeline[0].algorithm = "ES256".parse().unwrap();
            let changes = vec![KeyChange {
                at: NOW,
                kid: NEXT.to_owned(),
                algorithm: "RS256".to_owned(),
                from: None,
                to: Some(KeyState::Next),
                actor: KeyActor::Operator { uid: Some(0) },
            }];
            KeyAnswer::Done(Done {
                timeline,
                changes,
                ..done
            })
        }
        other => other,
    });
    std::fs::write(asked.place.path("key.pem"), "text").unwrap();
    let file = asked.place.path("key.pem");
    let ended = asked.keys(&["import", file.to_str().unwrap()]);
    assert!(ended.stdout.contains("RS256"), "{ended:?}");
    assert!(!ended.stdout.contains("ES256"), "{ended:?}");
}

/// A next key that retires never signed: it does not cease to.
#[test]
fn a_next_key_that_is_given_up_is_not_said_to_cease() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Planned(planned) => {
            let mut timeline = far();
            timeline[0].kid = Some(NEXT.to_owned());
            timeline[0].what = StepName::Retired;
            KeyAnswer::Planned(Planned {
                timeline,
                ..planned
            })
        }
        other => other,
    });
    let said = asked.keys(&["retire", NEXT, "--dry-run"]).stdout;
    assert!(said.contains("won't sign, stays published"), "{said}");
    assert_eq!(said.matches("ceases to sign").count(), 1, "{said}");
}

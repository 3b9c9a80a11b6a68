//! Changing keys: dry runs, the question before something breaks, and what is sent.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use dingpass::clock::{Clock as _, SystemClock};
use dingpass::domain::key_change::{KeyActor, KeyChange};
use dingpass::domain::key_state::KeyState;
use dingpass::operator::keys::{
    Done, Ended as WhatEnded, Exported, KeyAnswer, KeyQuestion, KeyRequest, Refusal, RefusalCause,
    SecretText,
};
use serde_json::Value;

use super::Keys as _;
use super::stand_in::{ACTIVE, Asked, DAY, NEXT, NOW, OLD, breaking, done, usual};
use crate::cli::place::Place;
use crate::cli::process::run;
use crate::support::has;

/// Every command that changes something.
const CHANGING: [&[&str]; 9] = [
    &["generate", "RS256"],
    &["rotate"],
    &["rotate", "RS256", "--now"],
    &["promote", NEXT],
    &["promote", NEXT, "--now"],
    &["retire", ACTIVE],
    &["revoke", ACTIVE],
    &["pin", "payroll", "--kid", OLD, "--until", "30d"],
    &["unpin", "payroll"],
];

/// Those that break something, and say so before it is asked.
const GRAVE: [&[&str]; 3] = [
    &["rotate", "--now"],
    &["promote", NEXT, "--now"],
    &["revoke", ACTIVE],
];

fn with<'a>(command: &[&'a str], more: &'a str) -> Vec<&'a str> {
    [command, &[more]].concat()
}

fn changes(requests: &[KeyRequest]) -> usize {
    requests.iter().filter(|request| !request.dry_run).count()
}

/// A dry run of anything shows the timeline on the clock at the wall, and changes nothing.
#[test]
fn a_dry_run_of_any_command_changes_nothing() {
    for command in CHANGING {
        let asked = Asked::answering(breaking);
        let ended = asked.keys(&with(command, "--dry-run"));
        assert_eq!(ended.code, Some(0), "{command:?}: {ended:?}");
        assert!(
            ended.stdout.contains("2026-12-02 15:00 +08:00"),
            "{}",
            ended.stdout
        );
        assert!(ended.stdout.contains("in 6d 23h"), "{}", ended.stdout);
        assert!(ended.stderr.contains("dry run"), "{}", ended.stderr);
        let requests = asked.asked();
        assert_eq!((requests.len(), changes(&requests)), (1, 0), "{command:?}");
    }
}

/// The plan, word by word.
#[test]
fn a_plan_says_what_breaks_for_whom_and_what_happens_then() {
    let asked = Asked::answering(breaking);
    insta::assert_snapshot!("plan", asked.keys(&["revoke", ACTIVE, "--dry-run"]).stdout);
    let json = asked.keys(&["revoke", ACTIVE, "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(plan["breaks"], true);
    assert_eq!(plan["generation"], 17);
    assert_eq!(plan["consequences"][0]["id_tokens"], 12);
    assert_eq!(
        plan["consequences"][0]["clients"][0]["fails_for_seconds"],
        3600
    );
    assert_eq!(plan["timeline"][0]["at"], "2026-12-02T07:00:00Z");
    assert_eq!(
        plan["timeline"][0]["at_seconds"],
        (NOW + 6 * DAY + 23 * 3_600_000) / 1000
    );
}

/// A timeline goes on for years. A person is shown the set that the act is about, to the second
/// time that a key takes over; a script gets all of it.
#[test]
fn of_a_timeline_people_see_what_is_near_and_scripts_see_all() {
    let asked = Asked::answering(usual);
    let one = asked.keys(&["rotate", "RS256", "--dry-run"]).stdout;
    assert!(!one.contains("A256GCM"), "{one}");
    assert!(one.contains("is made, is published"), "{one}");
    for later in ["2027-03-02", "is forgotten", "2027-05-24"] {
        assert!(!one.contains(later), "{later} in {one}");
    }
    let all = asked.keys(&["rotate", "--dry-run"]).stdout;
    assert!(all.contains("ceases to seal, still opens"), "{all}");
    let json = asked.keys(&["rotate", "RS256", "--dry-run", "--json"]);
    let plan: Value = serde_json::from_str(&json.stdout).unwrap();
    let steps = plan["timeline"].as_array().unwrap();
    assert_eq!(steps.last().unwrap()["at"], "2027-05-24T08:00:00Z");
    assert!(steps.iter().any(|step| step["what"] == "forgotten"));
}

/// Nothing that nothing hangs from: no sentence speaks of zero sessions.
#[test]
fn what_hangs_from_nothing_is_said_so() {
    let asked = Asked::answering(|request| match breaking(request) {
        KeyAnswer::Planned(mut planned) => {
            let of = &mut planned.consequences[0];
            (of.id_tokens, of.grants, of.families, of.sessions) = (0, 0, 0, 0);
            KeyAnswer::Planned(planned)
        }
        other => other,
    });
    let plan = asked.keys(&["revoke", ACTIVE, "--dry-run"]).stdout;
    assert!(
        plan.contains("No session and no grant hangs from it."),
        "{plan}"
    );
    assert!(!plan.contains("People sign in again"), "{plan}");
}

/// Tokens can't be counted without a write for each: what is counted are the grants whose
/// last token the key signed. Of a key that signed none, none is said to be over.
#[test]
fn what_a_key_signed_is_counted_by_grants() {
    for (tokens, grants, says) in [
        (0, 0, "; no ID Token is known that it signed."),
        (0, 5, "; the time of all its ID Tokens is over."),
        (
            1,
            5,
            ", not even the ID Tokens of 1 grant, whose time is not over.",
        ),
    ] {
        let asked = Asked::answering(move |request| match breaking(request) {
            KeyAnswer::Planned(mut planned) => {
                let of = &mut planned.consequences[0];
                (of.id_tokens, of.grants, of.families, of.sessions) = (tokens, grants, 0, 0);
                of.by_client.clear();
                KeyAnswer::Planned(planned)
            }
            other => other,
        });
        let plan = asked.keys(&["revoke", ACTIVE, "--dry-run"]).stdout;
        assert!(plan.contains(says), "{plan}");
    }
}

/// Who has seen enough is no failure.
#[test]
fn a_pipe_that_is_closed_ends_it_quietly() {
    let asked = Asked::answering(usual);
    let script = r#"{ "$0" keys list --config "$1"; echo "code $?" >&2; } | true"#;
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_dingpass")])
        .arg(asked.place.file())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("code 0"), "{said}");
}

/// A copy of a key that was sent to a full disk is no copy, and a report that nobody got is no
/// report: the exit code says so, for whoever made a backup by a script.
#[test]
fn what_cannot_be_written_down_is_a_failure() {
    let asked = Asked::answering(|request| match &request.ask {
        KeyQuestion::Export { kid, private, .. } => KeyAnswer::Exported(Exported {
            kid: kid.clone(),
            private: *private,
            text: SecretText::new("a copy"),
        }),
        _ => usual(request),
    });
    for command in [
        ["keys", "list", "", ""],
        ["keys", "list", "--json", ""],
        ["keys", "status", "", ""],
        ["keys", "export", NEXT, ""],
        ["keys", "rotate", "RS256", "--dry-run"],
        ["check", "", "", ""],
    ] {
        let said = on_a_full_disk(&asked, &command);
        assert!(said.contains("code 1"), "{command:?}: {said}");
        assert!(said.contains("standard output can't be written"), "{said}");
    }
    // Who reads of a failure would do it again.
    let said = on_a_full_disk(&asked, &["keys", "rotate", "RS256", "--yes"]);
    assert!(said.contains("code 1"), "{said}");
    assert!(said.contains("it was done, but can't be shown"), "{said}");
}

/// What a command says of itself whose standard output goes to a full disk.
fn on_a_full_disk(asked: &Asked, command: &[&str]) -> String {
    let script = r#""$0" "$@" >/dev/full; echo "code $?" >&2"#;
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_dingpass")])
        .args(command.iter().filter(|word| !word.is_empty()))
        .args(["--config", &asked.place.file()])
        .output()
        .unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// A server that hangs has its connections accepted by the kernel all the same. Whoever watches
/// by `keys status` is told that it could not be found out (exit code 1), and not kept waiting.
#[test]
fn a_server_that_does_not_answer_is_not_waited_for_without_an_end() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    let _hangs = UnixListener::bind(place.path("data/dingpass.sock")).unwrap();
    let ended = place.keys(&["status"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let sentence = ended.sentence();
    assert!(sentence.contains("has not answered"), "{sentence}");
    assert!(sentence.contains("dingpass.sock"), "{sentence}");
}

/// Without a terminal nobody can agree: what breaks is said, and nothing is done.
#[test]
fn what_breaks_something_is_not_done_without_a_yes() {
    for command in GRAVE {
        let asked = Asked::answering(breaking);
        let ended = asked.keys(command);
        let sentence = ended.sentence();
        assert!(sentence.contains("nothing was done"), "{sentence}");
        assert!(sentence.contains("--yes"), "{sentence}");
        for words in [
            "the ID Tokens of 12 grants",
            "11 sessions",
            "6 families",
            "demo",
            "sign-ins fail",
        ] {
            assert!(ended.stderr.contains(words), "{words} in {}", ended.stderr);
        }
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
        assert_eq!(changes(&asked.asked()), 0);
    }
}

/// With `--yes` what was shown is what is asked for: on the generation of the keys that it was
/// reckoned from.
#[test]
fn with_yes_the_act_is_bound_to_what_was_shown() {
    for command in GRAVE {
        let asked = Asked::answering(breaking);
        let ended = asked.keys(&with(command, "--yes"));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains("of 12 grants"), "{}", ended.stderr);
        let requests = asked.asked();
        let [shown, act] = requests.as_slice() else {
            panic!("{requests:?}");
        };
        assert!(shown.dry_run && shown.expected_generation.is_none());
        assert!(!act.dry_run);
        assert_eq!(act.expected_generation, Some(17));
    }
}

/// A grave act that turns out to break nothing needs no question; it is bound all the same.
#[test]
fn what_breaks_nothing_is_not_asked() {
    let asked = Asked::answering(usual);
    let ended = asked.keys(&["rotate", "--now"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(asked.asked().last().unwrap().expected_generation, Some(17));
}

/// What looked harmless and is not is asked, too.
#[test]
fn the_server_can_demand_the_question() {
    let asked = Asked::answering(|request| {
        let is_plain = !request.dry_run && request.expected_generation.is_none();
        match &request.ask {
            KeyQuestion::Retire { .. } if is_plain => KeyAnswer::Refused(Refusal {
                cause: RefusalCause::NeedsConfirmation,
                words: "ask first".to_owned(),
            }),
            _ => breaking(request),
        }
    });
    let refused = asked.keys(&["retire", ACTIVE]);
    assert!(refused.sentence().contains("--yes"), "{refused:?}");
    let ended = asked.keys(&["retire", ACTIVE, "--yes"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(asked.asked().last().unwrap().expected_generation, Some(17));
}

/// A no of the server is its own sentence and exit code 1; for a script its cause, too.
#[test]
fn a_refusal_is_told_in_words_and_to_scripts_by_its_cause() {
    let asked = Asked::answering(|request| match &request.ask {
        KeyQuestion::List | KeyQuestion::Status => usual(request),
        _ => KeyAnswer::Refused(Refusal {
            cause: RefusalCause::KeysChanged,
            words: "the keys were changed\u{1b}[2J by somebody else".to_owned(),
        }),
    });
    for command in CHANGING {
        let ended = asked.keys(&with(command, "--json"));
        let sentence = ended.sentence();
        assert!(sentence.contains("the keys were changed"), "{sentence}");
        assert!(!sentence.contains('\u{1b}'), "{sentence:?}");
        let told: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(told["refused"]["cause"], "keys_changed");
        assert!(asked.keys(command).stdout.is_empty());
    }
}

/// What was done, in words and for scripts.
#[test]
fn what_was_done_is_told() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Done(_) => KeyAnswer::Done(Done {
            changes: vec![KeyChange {
                at: NOW,
                kid: ACTIVE.to_owned(),
                algorithm: "RS256".to_owned(),
                from: Some(KeyState::Active),
                to: Some(KeyState::Revoked),
                actor: KeyActor::Operator { uid: Some(0) },
            }],
            ended: Some(WhatEnded {
                grants: 5,
                sessions: 1,
                complete: false,
            }),
            told: false,
            ..done()
        }),
        other => other,
    });
    let ended = asked.keys(&["revoke", ACTIVE, "--yes"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    insta::assert_snapshot!("done", ended.stdout);
    let json = asked.keys(&["revoke", ACTIVE, "--yes", "--json"]);
    let told: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(told["changes"][0]["to"], "revoked");
    assert_eq!(told["changes"][0]["at"], "2026-11-25T08:00:00Z");
    assert_eq!(told["ended"]["complete"], false);
    assert_eq!(told["generation"], 18);
}

/// A day is over at its midnight on the clock at the wall; a moment is a moment.
#[test]
fn a_pin_until_a_day_lasts_to_its_end_in_local_time() {
    let asked = Asked::answering(usual);
    // 2027-02-01T00:00:00+08:00
    let end_of_day = 1_801_411_200_000;
    for (written, meant) in [
        ("2027-01-31", end_of_day),
        ("2027-01-31T18:00", end_of_day - 6 * 3_600_000),
        ("2027-01-31T10:00:00Z", end_of_day - 6 * 3_600_000),
        ("2027-01-31T18:00:00+08:00", end_of_day - 6 * 3_600_000),
    ] {
        let ended = asked.keys(&["pin", "payroll", "--kid", OLD, "--until", written]);
        assert_eq!(ended.code, Some(0), "{written}: {ended:?}");
        let request = asked.asked().pop().unwrap();
        let KeyQuestion::Pin { until, client, kid } = request.ask else {
            panic!("{request:?}");
        };
        assert_eq!(
            (until, client.as_str(), kid.as_str()),
            (meant, "payroll", OLD),
            "{written}"
        );
    }
    let before = SystemClock.now().as_millis();
    asked.keys(&["pin", "payroll", "--kid", OLD, "--until", "30d"]);
    let KeyQuestion::Pin { until, .. } = asked.asked().pop().unwrap().ask else {
        panic!();
    };
    let after = SystemClock.now().as_millis();
    assert!(
        (before..=after).contains(&(until - 30 * DAY)),
        "{before} {until} {after}"
    );
}

/// Wrong arguments are misuse, and ask nobody.
#[test]
fn arguments_that_mean_nothing_are_exit_code_2() {
    for wrong in [
        &["keys"][..],
        &["keys", "rotate", "RS512"],
        &["keys", "generate"],
        &["keys", "generate", "rs256"],
        &["keys", "pin", "c", "--kid", "abcd"],
        &["keys", "pin", "c", "--kid", "abcd", "--until", "soon"],
        &["keys", "pin", "c", "--kid", "abcd", "--until", "2027-02-30"],
        &["keys", "import"],
        &["keys", "import", "x.pem", "--algorithm", "A256GCM"],
        &["keys", "import", "x.pem", "--passphrase", "secret"],
        &["keys", "export", "abcd", "--private"],
        &["keys", "export", "abcd", "--passphrase-file", "x"],
        &["keys", "export", "abcd", "--format", "der"],
        &["keys", "list", "--yes"],
    ] {
        let ended = run(wrong, &[]);
        assert_eq!(ended.code, Some(2), "{wrong:?}: {ended:?}");
        assert!(ended.stdout.is_empty(), "{wrong:?}");
    }
}

/// Runs a command at a terminal, which `script` makes, and types `typed`.
fn at_a_terminal(asked: &Asked, command: &str, typed: &[u8]) -> (Option<i32>, String) {
    let line = format!(
        "exec '{}' keys --config '{}' {command}",
        env!("CARGO_BIN_EXE_dingpass"),
        asked.place.file()
    );
    let mut child = Command::new("script")
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        // The shell that it starts is the person's by default, who may have none.
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut said = Vec::new();
    let mut part = [0; 4096];
    loop {
        let length = stdout.read(&mut part).unwrap();
        if length == 0 {
            break;
        }
        let asked_before = is_asked(&said);
        said.extend_from_slice(&part[..length]);
        if is_asked(&said) && !asked_before {
            stdin.write_all(typed).unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    (code, String::from_utf8_lossy(&said).into_owned())
}

fn is_asked(said: &[u8]) -> bool {
    String::from_utf8_lossy(said).contains("Type yes to go on: ")
}

/// At a terminal the word "yes" is a yes, and nothing else is.
#[test]
fn at_a_terminal_yes_alone_is_a_yes() {
    if !has("script") {
        return;
    }
    for (typed, is_yes) in [
        (&b"yes\n"[..], true),
        (b"y\n", false),
        (b"no\n", false),
        (b"\n", false),
        (b"Yes please\n", false),
        // The end of the input, and Ctrl-C.
        (b"\x04", false),
        (b"\x03", false),
    ] {
        let asked = Asked::answering(breaking);
        let (code, said) = at_a_terminal(&asked, "rotate --now", typed);
        assert!(said.contains("Type yes to go on"), "{said}");
        assert_eq!(code, Some(if is_yes { 0 } else { 1 }), "{typed:?}: {said}");
        assert_eq!(changes(&asked.asked()), usize::from(is_yes), "{typed:?}");
        assert_eq!(
            said.contains("nothing was done"),
            !is_yes,
            "{typed:?}: {said}"
        );
    }
}

/// A terminal would show a key that is pasted into it.
#[test]
fn no_key_is_read_from_a_terminal() {
    if !has("script") {
        return;
    }
    let asked = Asked::answering(usual);
    let (code, said) = at_a_terminal(&asked, "import -", b"");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a terminal shows what is typed"), "{said}");
    assert!(asked.asked().is_empty());
}

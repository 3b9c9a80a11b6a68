//! `dingpass audit`: the real binary, with a server and without.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::process::Command;

use dingpass::domain::event::{AuditEvent, EventKind, OperatorAct};
use dingpass::domain::id::{ClientId, SubjectId};
use dingpass::store::{Location, open};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::place::{Place, simulator, text};
use super::process::{Ended, Process, run};
use crate::support::{Browser, CLIENT, as_nobody, http, nobody_reaches};

async fn sign_in(place: &Place) -> String {
    let rp = place.rp().await;
    let signed_in = rp.sign_in(&mut Browser::new(), &["profile"]).await;
    signed_in.sub().to_owned()
}

fn stop(mut process: Process) {
    process.signal("TERM");
    assert!(process.wait().success(), "{:?}", process.said);
}

fn events(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines = ended.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The names of events, but for those of the keys that the first start makes.
fn names(ended: &Ended) -> Vec<String> {
    let events = events(ended);
    let names = events.iter().map(|event| event["event"].as_str().unwrap());
    let others = names.filter(|name| *name != "key_state_changed");
    others.map(str::to_owned).collect()
}

/// Puts events into the database of a server that does not run.
fn write(place: &Place, kinds: impl Iterator<Item = EventKind>) {
    let store = open(&Location::File {
        path: place.path("data/dingpass.redb"),
        cache: 1024 * 1024,
    })
    .unwrap();
    let events = kinds.map(|kind| AuditEvent {
        at: 1_800_000_000_123,
        correlation: String::new(),
        kind,
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(store.append_events(events.collect()))
        .unwrap();
}

fn deed(act: &str) -> EventKind {
    EventKind::OperatorActed {
        uid: Some(0),
        act: OperatorAct::KeyExported {
            kid: act.to_owned(),
        },
    }
}

/// With a server, by its socket; after its end, from its database. The same events, and what
/// was only counted until then.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_read_from_the_server_and_after_its_end_from_the_database() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let server = place.serve();
    let sub = sign_in(&place).await;
    let wrong = http()
        .post(place.url("/token"))
        .basic_auth(CLIENT, Some("wrong"))
        .form(&[("grant_type", "authorization_code")]);
    assert_eq!(wrong.send().await.unwrap().status(), 401);

    let running = place.run("audit", &["--json"]);
    assert_eq!(names(&running), ["signed_in", "code_redeemed"]);
    assert!(running.stderr.is_empty(), "{}", running.stderr);
    let signed_in = events(&running)
        .into_iter()
        .find(|it| it["event"] == "signed_in");
    assert_eq!(signed_in.unwrap()["subject"], sub.as_str());
    let people = ["--event", "signed_in", "--event", "code_redeemed"];
    let table = place.run("audit", &[&["--since", "1h"], &people[..]].concat());
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", table.stdout);
    assert!(lines[0].starts_with("TIME"), "{}", lines[0]);
    for word in ["signed_in", CLIENT, &sub, "first=true", "upstream=acme"] {
        assert!(lines[1].contains(word), "{word} in {}", lines[1]);
    }
    let subject = lines[0].find("SUBJECT").unwrap();
    for line in &lines[1..] {
        assert_eq!(line.find(&sub), Some(subject), "{}", table.stdout);
    }

    stop(server);
    let at_rest = place.run("audit", &["--json"]);
    assert_eq!(
        names(&at_rest),
        ["signed_in", "code_redeemed", "failures_counted"]
    );
    assert!(
        at_rest.stderr.contains("No server is running"),
        "{}",
        at_rest.stderr
    );
    assert!(at_rest.stdout.starts_with(&running.stdout));
}

/// What is asked for is what is told, in both ways.
#[tokio::test(flavor = "multi_thread")]
async fn the_conditions_hold_with_and_without_a_server() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let server = place.serve();
    let sub = sign_in(&place).await;
    let look = || {
        let json = |more: &[&str]| {
            let mut arguments = vec!["--json"];
            arguments.extend(more);
            names(&place.run("audit", &arguments))
        };
        assert_eq!(json(&["--event", "signed_in"]), ["signed_in"]);
        let both = ["--event", "signed_in", "--event", "code_redeemed"];
        assert_eq!(json(&both).len(), 2);
        assert_eq!(json(&["--limit", "1"]), ["code_redeemed"]);
        assert_eq!(json(&["--limit", "0"]).len(), 2);
        assert_eq!(json(&["--subject", &sub, "--client", CLIENT]).len(), 2);
        assert_eq!(json(&["--client", "other"]).len(), 0);
        assert_eq!(json(&["--since", "2h", "--until", "1h"]).len(), 0);
        assert_eq!(json(&["--since", "2020-01-01T00:00:00Z"]).len(), 2);
        assert_eq!(json(&["--until", "2020-01-01T08:00:00+08:00"]).len(), 0);
        let cut = place.run("audit", &["--limit", "1"]);
        assert!(cut.stderr.contains("--limit takes more"), "{}", cut.stderr);
    };
    look();
    stop(server);
    look();
}

/// A `sub` is random base64url: one in 64 begins with a hyphen.
#[test]
fn a_person_whose_name_begins_with_a_hyphen_can_be_asked_for() {
    let place = Place::new();
    let event = EventKind::CodeSpoiled {
        client: ClientId::new("-c"),
        subject: SubjectId::new("-6"),
    };
    write(&place, [event, deed("x")].into_iter());
    let asked = place.run("audit", &["--json", "--subject", "-6", "--client", "-c"]);
    assert_eq!(names(&asked), ["code_spoiled"]);
}

/// Wrong arguments are misuse.
#[test]
fn conditions_that_mean_nothing_are_exit_code_2() {
    for wrong in [
        ["--since", "yesterday"],
        ["--until", "2026-13-01T00:00:00Z"],
        ["--event", "signed_out"],
        ["--limit", "-1"],
    ] {
        let ended = run(&["audit", wrong[0], wrong[1]], &[]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stdout.is_empty());
    }
}

/// Events are passed on as they are committed, until the server ends.
#[tokio::test(flavor = "multi_thread")]
async fn following_shows_events_as_they_come_and_ends_with_the_server() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let server = place.serve();
    let first = sign_in(&place).await;
    let follow = ["audit", "--config", &place.file(), "--follow"];
    let mut table = Process::start(&follow, &[]);
    table.wait_for("TIME");
    table.wait_for(&first);
    let mut json = Process::start(&[&follow[..], &["--json", "--limit", "1"]].concat(), &[]);
    json.wait_for("code_redeemed");
    sign_in(&place).await;
    for process in [&mut table, &mut json] {
        process.wait_for("signed_in");
        process.wait_for("code_redeemed");
    }
    let wrong = http().post(place.url("/token")).form(&[("client_id", "x")]);
    assert_eq!(wrong.send().await.unwrap().status(), 401);
    let ended = tokio::task::spawn_blocking(move || {
        stop(server);
        for process in [&mut table, &mut json] {
            assert_eq!(process.wait().code(), Some(0), "{:?}", process.said);
            let said = process.said.join("\n");
            assert!(said.contains("failures_counted"), "to the last one: {said}");
            assert!(said.contains("The server has stopped."), "{said}");
        }
    });
    ended.await.unwrap();
}

/// A server that was killed is a broken answer, and is said to be.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_is_told_to_who_follows() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let server = place.serve();
    sign_in(&place).await;
    let follow = ["audit", "--config", &place.file(), "--follow"];
    let mut follower = Process::start(&follow, &[]);
    follower.wait_for("code_redeemed");
    server.kill();
    let ended = tokio::task::spawn_blocking(move || (follower.wait(), follower.said.join("\n")));
    let (status, said) = ended.await.unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("the server went away"), "{said}");
}

/// What a kill leaves behind is in nobody's way: neither of who reads nor of the next server.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_a_killed_server_left_is_replaced() {
    let (_sim, dingtalk) = simulator();
    let place = Place::with_dingtalk(&dingtalk);
    let server = place.serve();
    sign_in(&place).await;
    server.kill();
    let socket = place.path("data/dingpass.sock");
    let found = std::fs::symlink_metadata(&socket).unwrap();
    assert!(found.file_type().is_socket(), "it was left behind");
    let at_rest = place.run("audit", &["--json"]);
    assert_eq!(names(&at_rest), ["signed_in", "code_redeemed"]);

    let server = place.serve();
    let running = place.run("audit", &["--json"]);
    assert_eq!(running.stdout, at_rest.stdout);
    assert!(running.stderr.is_empty(), "{}", running.stderr);
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let folder = std::fs::metadata(place.path("data")).unwrap().permissions();
    assert_eq!(folder.mode() & 0o777, 0o700);
    stop(server);
    assert!(!socket.exists());
}

/// A second server at a socket that is answered does not start, and harms nothing.
#[test]
fn a_socket_that_is_answered_is_not_taken_over() {
    let place = Place::new();
    let server = place.serve();
    let other = Place::new();
    let socket = text(&place.path("data/dingpass.sock"));
    other.edit(
        "[keys]",
        &format!("[admin]\nsocket = \"{socket}\"\n\n[keys]"),
    );
    let refused = other.run("serve", &[]);
    assert!(refused.sentence().contains("a server that is running"));
    assert_eq!(place.run("audit", &[]).code, Some(0));
    stop(server);
}

/// A socket that nobody asked for and that can't be made keeps nobody from signing in.
#[test]
fn a_default_socket_that_cannot_be_made_is_a_warning() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    std::fs::write(place.path("data/dingpass.sock"), "precious").unwrap();
    let server = place.serve();
    let said = server.said.join("\n");
    assert!(said.contains("there is no operator's socket"), "{said}");
    stop(server);
    let kept = std::fs::read_to_string(place.path("data/dingpass.sock")).unwrap();
    assert_eq!(kept, "precious");
    place.edit(
        "[keys]",
        "[admin]\nsocket = \"data/../data/dingpass.sock\"\n\n[keys]",
    );
    let refused = place.run("serve", &[]);
    assert!(refused.sentence().contains("is not a socket"));
}

/// While somebody reads the log of a server that does not run, it can be started.
#[test]
fn reading_in_a_pager_does_not_keep_the_server_from_starting() {
    let place = Place::new();
    write(&place, (0..20_000).map(|number| deed(&number.to_string())));
    let script =
        r#"exec 3<&0; "$0" audit --config "$1" --json --limit 0 | { head -n 1; read -r _ <&3; }"#;
    let mut reader = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_dingpass"), &place.file()])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(reader.stdout.as_mut().unwrap(), &mut first).unwrap();
    stop(place.serve());
    drop(reader.stdin.take());
    reader.wait().unwrap();
}

/// Where nothing can be read, one sentence says what is missing; and nothing is made.
#[test]
fn where_nothing_can_be_read_the_reason_is_one_sentence() {
    let place = Place::new();
    let nothing = place.run("audit", &[]);
    assert!(nothing.sentence().contains("data/dingpass.redb"));
    assert!(!place.path("data").exists());
    let follow = place.run("audit", &["--follow"]);
    let sentence = follow.sentence();
    assert!(sentence.contains("--follow needs a running server"));
    assert!(sentence.contains("data/dingpass.sock"), "{sentence}");

    place.edit("[keys]", "[admin]\nsocket = \"off\"\n\n[keys]");
    let follow = place.run("audit", &["--follow"]);
    assert!(follow.sentence().contains("[admin] socket is off"));
    let server = place.serve();
    assert!(!place.path("data/dingpass.sock").exists());
    let locked = place.run("audit", &[]);
    let sentence = locked.sentence();
    assert!(sentence.contains("socket is off"), "{sentence}");
    stop(server);

    place.edit("redb:data/dingpass.redb", "redb::memory:");
    let memory = place.run("audit", &[]);
    assert!(memory.sentence().contains("in memory"));
}

/// A log without events is no failure.
#[test]
fn a_log_without_events_is_a_table_without_rows() {
    let place = Place::new();
    stop(place.serve());
    let nobody = ["--event", "signed_in"];
    let ended = place.run("audit", &nobody);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout.lines().count(), 1);
    let json = [&nobody[..], &["--json"]].concat();
    assert_eq!(place.run("audit", &json).stdout, "");
}

/// The first start makes a key that signs and one that seals, and says so once.
#[test]
fn the_keys_of_the_first_start_are_told_once() {
    let place = Place::new();
    for _ in 0..2 {
        stop(place.serve());
        let told = events(&place.run("audit", &["--json"]));
        let told: Vec<_> = told
            .iter()
            .map(|event| (&event["algorithm"], &event["to"], &event["by"]))
            .map(|(algorithm, to, by)| format!("{algorithm} {to} {by}").replace('"', ""))
            .collect();
        assert_eq!(
            told,
            [
                "RS256 next start",
                "RS256 active start",
                "A256GCM next start",
                "A256GCM active start"
            ]
        );
    }
}

/// Somebody else on the machine learns nothing, and is told what to do.
#[test]
fn who_may_not_use_the_socket_is_told_so() {
    let place = Place::new();
    let server = place.serve();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(place.path(""), open).unwrap();
    let read = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(place.file(), read).unwrap();
    if !nobody_reaches(&place.path("dingpass.toml")) {
        stop(server);
        return;
    }
    let output = as_nobody(env!("CARGO_BIN_EXE_dingpass"))
        .args(["audit", "--config", &place.file()])
        .output();
    // It takes root, and a binary that others may run, to become somebody else.
    if let Ok(output) = output
        && output.status.code() == Some(1)
        && String::from_utf8_lossy(&output.stderr).starts_with("dingpass: ")
    {
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("run this as root or as the owner"), "{said}");
        assert!(output.stdout.is_empty());
    }
    stop(server);
}

/// Servers of other versions, and what is no dingpass at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_version_is_told_from_no_server() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    let socket = place.path("data/dingpass.sock");
    for (answer, words) in [
        (
            "HTTP/1.1 404 Not Found\r\ndingpass-version: 9.9.9\r\ncontent-length: 0\r\n\r\n",
            "the server that runs is dingpass 9.9.9",
        ),
        (
            "HTTP/1.1 400 Bad Request\r\ndingpass-version: 9.9.9\r\ncontent-length: 0\r\n\r\n",
            "the server that runs is dingpass 9.9.9",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\ndingpass-version: 9.9.9\r\ncontent-length: 14\r\n\r\n\
             {\"error\":\"no\"}",
            "the server says: no (403",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "is not dingpass",
        ),
        ("", "no answer at"),
    ] {
        let _ = std::fs::remove_file(&socket);
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // The first connection only knocks.
                if stream.read(&mut [0; 4096]).await.unwrap_or(0) > 0 {
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        let ended = place.run("audit", &[]);
        let sentence = ended.sentence();
        assert!(sentence.contains(words), "{sentence}");
        serving.abort();
    }
}

/// `dingpass audit | head`: the one who has seen enough is no failure.
#[test]
fn a_pipe_that_is_closed_ends_it_quietly() {
    let place = Place::new();
    write(&place, (0..20_000).map(|number| deed(&number.to_string())));
    for form in ["--json", "--limit=100000"] {
        let script =
            r#"{ "$0" audit --config "$1" --limit 0 "$2"; echo "code $?" >&2; } | head -n 1"#;
        let script = script.replace(
            "--limit 0 ",
            if form == "--json" { "--limit 0 " } else { "" },
        );
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_dingpass")])
            .args([&place.file(), form])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("code 0"), "{said}");
        assert!(!said.contains("dingpass: "), "{said}");
        assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    }
}

/// What goes to a full disk is no record: the exit code says so.
#[test]
fn events_that_cannot_be_written_down_are_a_failure() {
    let place = Place::new();
    write(&place, (0..3).map(|number| deed(&number.to_string())));
    for form in ["--json", "--limit=100"] {
        let output = Command::new("sh")
            .args(["-c", r#""$0" "$@" >/dev/full; echo "code $?" >&2"#])
            .args([env!("CARGO_BIN_EXE_dingpass"), "audit", form])
            .args(["--config", &place.file()])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("code 1"), "{said}");
        assert!(said.contains("standard output can't be written"), "{said}");
    }
}

/// Which key, from which state to which, and by whom: the table says it in words, JSON by
/// names. A client that was pinned is found by its name.
#[test]
fn changes_of_keys_are_told_in_words() {
    use dingpass::domain::key_change::{KeyActor, KeyChange};
    use dingpass::domain::key_state::KeyState;
    let place = Place::new();
    let changed = |from, to, actor| {
        let change = KeyChange {
            at: 0,
            kid: "k1".to_owned(),
            algorithm: "RS256".to_owned(),
            from,
            to: Some(to),
            actor,
        };
        AuditEvent::of_key(change, "").kind
    };
    let acted = |uid, act| EventKind::OperatorActed { uid, act };
    write(
        &place,
        [
            changed(None, KeyState::Next, KeyActor::Start),
            changed(Some(KeyState::Next), KeyState::Active, KeyActor::Schedule),
            changed(
                Some(KeyState::Active),
                KeyState::Revoked,
                KeyActor::Operator { uid: Some(0) },
            ),
            changed(
                Some(KeyState::Next),
                KeyState::Retired,
                KeyActor::Operator { uid: None },
            ),
            changed(None, KeyState::Next, KeyActor::Folder),
            EventKind::SignedByEnded {
                kid: "k1".to_owned(),
                grants: 3,
                sessions: 2,
            },
            acted(
                Some(1000),
                OperatorAct::ClientPinned {
                    client: ClientId::new("app"),
                    kid: "k1".to_owned(),
                    until: 1_800_000_000_000,
                },
            ),
            acted(
                None,
                OperatorAct::ClientUnpinned {
                    client: ClientId::new("app"),
                    kid: "k1".to_owned(),
                },
            ),
        ]
        .into_iter(),
    );
    let file = place.file();
    let table = run(&["audit", "--config", &file], &[("TZ", "CST-8")]);
    assert_eq!(table.code, Some(0), "{table:?}");
    let lines = table.stdout.lines().skip(1);
    let rows: Vec<&str> = lines
        .map(|line| line.split_once("+08:00  ").unwrap().1)
        .collect();
    assert_eq!(
        rows,
        [
            "key_state_changed                   kid=k1 RS256 new -> next by start",
            "key_state_changed                   kid=k1 RS256 next -> active by schedule",
            "key_state_changed                   kid=k1 RS256 active -> revoked by uid 0",
            "key_state_changed                   kid=k1 RS256 next -> retired by operator",
            "key_state_changed                   kid=k1 RS256 new -> next by folder",
            "signed_by_ended                     grants=3 kid=k1 sessions=2",
            "operator_acted     app              act=client_pinned kid=k1 \
             until=2027-01-15 16:00:00+08:00 by uid 1000",
            "operator_acted     app              act=client_unpinned kid=k1 by operator",
        ]
    );
    let of_client = ["audit", "--config", &file, "--json", "--client", "app"];
    assert_eq!(
        names(&run(&of_client, &[])),
        ["operator_acted", "operator_acted"]
    );
    let json = run(&["audit", "--config", &file, "--json"], &[]);
    let json = events(&json);
    assert_eq!(json[1]["by"], "schedule");
    assert_eq!(
        (&json[2]["from"], &json[2]["to"], &json[2]["uid"]),
        (&"active".into(), &"revoked".into(), &0.into())
    );
    assert_eq!(json[6]["act"], "client_pinned");
}

/// CVE-2021-42574: a mark of direction makes one name look like another, without being seen.
#[test]
fn the_table_shows_no_character_that_turns_or_hides_others() {
    let place = Place::new();
    let unseen = "\u{202e}\u{2066}\u{2069}\u{200f}\u{61c}\u{200b}\u{2028}\u{feff}\u{ad}";
    write(&place, [deed(&format!("a{unseen}b"))].into_iter());
    let ended = place.run("audit", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for character in unseen.chars() {
        assert!(!ended.stdout.contains(character), "{character:?}");
    }
    let shown = format!("kid=a{}b", "\u{fffd}".repeat(9));
    assert!(ended.stdout.contains(&shown), "{}", ended.stdout);
    let json = place.run("audit", &["--json"]);
    assert_eq!(events(&json)[0]["kid"], format!("a{unseen}b"));
}

/// A table for people: the clock at the wall, columns under one another though Chinese
/// characters are wide, and nothing that moves a terminal's cursor.
#[test]
fn the_table_is_aligned_and_harmless() {
    let place = Place::new();
    let spoiled = |client: &str, subject: &str| EventKind::CodeSpoiled {
        client: ClientId::new(client),
        subject: SubjectId::new(subject),
    };
    write(
        &place,
        [
            spoiled("a", "one"),
            spoiled("考勤系统", "two"),
            spoiled("\u{1b}[31mred\u{7}", "three"),
            deed("rotated\na key"),
        ]
        .into_iter(),
    );
    let file = place.file();
    let ended = run(&["audit", "--config", &file], &[("TZ", "CST-8")]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "TIME                       EVENT           CLIENT     SUBJECT  DETAILS",
            "2027-01-15 16:00:00+08:00  code_spoiled    a          one",
            "2027-01-15 16:00:00+08:00  code_spoiled    考勤系统   two",
            "2027-01-15 16:00:00+08:00  code_spoiled    \u{fffd}[31mred\u{fffd}  three",
            "2027-01-15 16:00:00+08:00  operator_acted                      act=key_exported kid=rotated\u{fffd}a key by uid 0",
        ]
    );
    let json = run(&["audit", "--config", &file, "--json"], &[]);
    assert_eq!(events(&json)[0]["at"], "2027-01-15T08:00:00.123Z");
}

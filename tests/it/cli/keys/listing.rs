//! What `keys list` and `keys status` show.

use dingpass::domain::readiness::FetchSeen;
use dingpass::operator::keys::{KeyAnswer, KeyQuestion, Late, LateCause, PinLine, Standing};
use serde_json::Value;

use super::stand_in::{ACTIVE, Asked, DAY, HOUR, NEXT, NOW, OLD, client, list, status, usual};
use crate::cli::process::Ended;

fn told(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// No moment and no span of an answer is left in the milliseconds of the house.
fn no_milliseconds(value: &Value) {
    match value {
        Value::Number(number) => assert!(number.as_i64().unwrap() < 100_000_000_000, "{number}"),
        Value::Array(elements) => elements.iter().for_each(no_milliseconds),
        Value::Object(members) => members.values().for_each(no_milliseconds),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// A row a key: what it does, since when on the clock at the wall, what comes next and how far
/// away that is. Kids that begin alike are told apart.
#[test]
fn the_list_shows_each_key_in_local_time_with_its_next_step() {
    let asked = Asked::answering(usual);
    let ended = asked.keys(&["list"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    insta::assert_snapshot!("list", ended.stdout);
    let long = asked.keys(&["list", "--long"]);
    insta::assert_snapshot!("list_long", long.stdout);
    for kid in [ACTIVE, NEXT] {
        assert!(
            long.stdout.lines().any(|line| line.starts_with(kid)),
            "{kid} can be copied"
        );
    }
}

/// For scripts: one object, stable names, moments in UTC and in seconds.
#[test]
fn the_list_for_scripts_has_moments_in_utc_and_in_seconds() {
    let asked = Asked::answering(usual);
    let ended = asked.keys(&["list", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let list = told(&ended);
    no_milliseconds(&list);
    assert_eq!(list["now"], "2026-11-25T08:00:00Z");
    assert_eq!(list["now_seconds"], NOW / 1000);
    assert_eq!(list["folder"]["generation"], 17);
    let keys = list["keys"].as_array().unwrap();
    let kids: Vec<&Value> = keys.iter().map(|key| &key["kid"]).collect();
    assert_eq!(kids, [NEXT, ACTIVE, OLD, "leaked"]);
    let next = &keys[0];
    assert_eq!(next["state"], "next");
    assert_eq!(next["algorithm"], "RS256");
    assert_eq!(next["bits"], 2048);
    assert_eq!(next["published_at"], "2026-11-24T08:00:00Z");
    assert_eq!(next["served_seconds"], 23 * 3600);
    assert_eq!(next["needed_seconds"], 7 * 24 * 3600);
    assert_eq!(next["next"]["what"], "signs");
    assert_eq!(next["next"]["at"], "2026-12-02T07:00:00Z");
    assert_eq!(keys[2]["pinned"][0], "payroll");
    assert_eq!(keys[2]["next"]["what"], "withdrawn");
    assert_eq!(keys[3]["to_end"], true);
}

/// The fault of a folder stands before everything else, and the exit code tells whatever
/// watches that somebody should look.
#[test]
fn the_status_begins_with_what_is_wrong_and_says_what_to_do() {
    let asked = Asked::answering(|request| {
        if !matches!(request.ask, KeyQuestion::Status) {
            return usual(request);
        }
        let mut status = status();
        status.folder.fault = Some("a.pem is not a key:\u{1b}[2J truncated".to_owned());
        status.folder.untold = 2;
        status.sets[0].late = vec![Late {
            cause: LateCause::Clients,
            kid: Some(NEXT.to_owned()),
            clients: Vec::new(),
            words: "payroll has not fetched the next key".to_owned(),
        }];
        let mut wiki = client("wiki", Standing::Ready);
        wiki.fetched_at = Some(NOW - HOUR);
        wiki.seen = Some(FetchSeen::Address);
        wiki.hint_kid = Some(ACTIVE.to_owned());
        wiki.hint_at = Some(NOW - 2 * DAY);
        let mut payroll = client("考勤 '$(x)'", Standing::Stale);
        payroll.fetched_at = Some(NOW - 40 * DAY);
        payroll.seen = Some(FetchSeen::Alias);
        payroll.advice = Some("it fetched the keys last before the next one came".to_owned());
        let mut crm = client("crm", Standing::Unknown);
        crm.pin = Some(PinLine {
            kid: OLD.to_owned(),
            until: NOW + 7 * DAY,
            holds: false,
        });
        status.clients = vec![wiki, payroll, crm];
        KeyAnswer::Status(status)
    });
    let ended = asked.keys(&["status"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(!ended.stdout.contains('\u{1b}'), "{ended:?}");
    assert!(ended.stdout.starts_with("FAULT: "), "{}", ended.stdout);
    insta::assert_snapshot!("status", ended.stdout);
    let json = asked.keys(&["status", "--json"]);
    assert_eq!(json.code, Some(3), "{json:?}");
    let status = told(&json);
    no_milliseconds(&status);
    assert_eq!(status["needs_operator"], true);
    assert_eq!(status["sets"][0]["rotates_at"], "2026-12-02T07:00:00Z");
    assert_eq!(status["sets"][0]["late"][0]["cause"], "clients");
    assert_eq!(status["clients"][1]["standing"], "stale");
    assert_eq!(status["clients"][2]["pin"]["until"], "2026-12-02T08:00:00Z");
    assert_eq!(status["clients"][1]["seen"], "alias");
}

/// Where the keys are managed from outside nothing takes over by itself, and nothing is said
/// to: what is due is told.
#[test]
fn where_nothing_rotates_by_itself_a_key_is_due() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Status(mut status) => {
            status.folder.read_only = true;
            status.folder.keeps_states = false;
            KeyAnswer::Status(status)
        }
        other => other,
    });
    let page = asked.keys(&["status"]).stdout;
    assert!(page.contains("nothing rotates by itself"), "{page}");
    let list = asked.keys(&["list"]).stdout;
    assert!(list.contains("due: signs 2026-12-02 15:00"), "{list}");
    assert!(page.contains(" is due 2026-12-02 15:00"), "{page}");
    assert!(!page.contains("takes over"), "{page}");
}

/// Where the database keeps the list a next key takes over by itself, but none is made.
#[test]
fn where_no_key_is_made_a_new_one_is_due() {
    let status = |next: bool| {
        let asked = Asked::answering(move |request| match usual(request) {
            KeyAnswer::Status(mut status) => {
                (status.folder.read_only, status.folder.keeps_states) = (true, true);
                if !next {
                    status.sets[0].next = None;
                }
                KeyAnswer::Status(status)
            }
            other => other,
        });
        asked.keys(&["status"]).stdout
    };
    let (with, without) = (status(true), status(false));
    assert!(with.contains(" takes over 2026-12-02 15:00"), "{with}");
    assert!(without.contains("a new key is due 2026-12-02"), "{without}");
}

/// A key whose time has come and that waits for clients does not sign "now".
#[test]
fn a_key_that_waits_for_clients_is_not_said_to_sign_now() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Status(mut status) => {
            let set = &mut status.sets[0];
            set.late = vec![late(LateCause::Clients)];
            set.rotates_at = Some(NOW);
            for step in &mut set.timeline {
                step.at = NOW;
            }
            KeyAnswer::Status(status)
        }
        other => other,
    });
    for ended in [asked.keys(&["status"]), asked.keys(&["list"])] {
        assert!(
            ended.stdout.contains("when clients have"),
            "{}",
            ended.stdout
        );
        assert!(!ended.stdout.contains("signs 2026"), "{}", ended.stdout);
        assert!(
            !ended.stdout.contains("takes over 2026"),
            "{}",
            ended.stdout
        );
    }
}

/// The list and the status of usual names are no wider than a screen.
#[test]
fn the_tables_fit_a_screen_of_120_columns() {
    let asked = Asked::answering(usual);
    for ended in [asked.keys(&["list"]), asked.keys(&["status"])] {
        for line in ended.stdout.lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }
}

/// A set that the configuration does not ask for any more has no active key, as it should.
#[test]
fn a_set_that_is_not_used_any_more_rings_nobody() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Status(mut status) => {
            let mut gone = status.sets[0].clone();
            gone.algorithm = "ES256".parse().unwrap();
            (gone.unused, gone.active, gone.next) = (true, None, None);
            status.sets.push(gone);
            KeyAnswer::Status(status)
        }
        other => other,
    });
    let ended = asked.keys(&["status"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.stdout.contains("ES256: not used any more"),
        "{ended:?}"
    );
}

/// What holds for every client of which nothing is known is said once.
#[test]
fn the_status_gives_the_same_advice_once() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Status(mut status) => {
            status.clients = (0..20)
                .map(|number| client(&format!("app-{number}"), Standing::Unknown))
                .collect();
            for client in &mut status.clients {
                client.advice = Some("give it an address of its own".to_owned());
            }
            KeyAnswer::Status(status)
        }
        other => other,
    });
    let said = asked.keys(&["status"]).stdout;
    assert_eq!(said.matches("nothing is known").count(), 1, "{said}");
    assert!(said.contains("20 clients (unknown)"), "{said}");
    assert!(
        said.contains("like https://id.example/jwks/app-0"),
        "{said}"
    );
}

/// Nothing to do is exit code 0: a client of which nobody can tell, and a key that has not been
/// published for long enough, are in order.
#[test]
fn a_status_that_needs_nobody_is_exit_code_0() {
    let asked = Asked::answering(|request| match usual(request) {
        KeyAnswer::Status(mut status) => {
            status.sets[0].late = vec![Late {
                cause: LateCause::Publication,
                kid: Some(NEXT.to_owned()),
                clients: Vec::new(),
                words: "it has been published for 1d of 7d".to_owned(),
            }];
            // Its time to fetch is not over.
            status.clients[0].standing = Standing::Stale;
            KeyAnswer::Status(status)
        }
        other => other,
    });
    assert_eq!(asked.keys(&["status"]).code, Some(0));
    let json = asked.keys(&["status", "--json"]);
    assert_eq!(json.code, Some(0), "{json:?}");
    assert_eq!(told(&json)["needs_operator"], false);
}

fn late(cause: LateCause) -> Late {
    Late {
        cause,
        kid: None,
        clients: Vec::new(),
        words: String::new(),
    }
}

/// Each thing that somebody should look at, by itself.
#[test]
fn each_need_of_an_operator_is_exit_code_3() {
    type Change = fn(&mut dingpass::operator::keys::KeyStatus);
    let needs: [(&str, Change); 5] = [
        ("a fault", |status| {
            status.folder.fault = Some("broken".to_owned());
        }),
        ("nobody signs", |status| status.sets[0].active = None),
        ("read-only", |status| {
            status.sets[0].late.push(late(LateCause::ReadOnly));
        }),
        ("the folder", |status| {
            status.sets[0].late.push(late(LateCause::Folder));
        }),
        ("a client", |status| {
            status.clients[0].standing = Standing::Stale;
            status.clients[0].advice = Some("restart it".to_owned());
        }),
    ];
    for (what, change) in needs {
        let asked = Asked::answering(move |request| match usual(request) {
            KeyAnswer::Status(mut status) => {
                change(&mut status);
                KeyAnswer::Status(status)
            }
            other => other,
        });
        assert_eq!(asked.keys(&["status"]).code, Some(3), "{what}");
    }
}

/// Names of keys and clients move no terminal.
#[test]
fn names_that_would_move_a_terminal_are_harmless() {
    let asked = Asked::answering(|request| match &request.ask {
        KeyQuestion::List => {
            let mut list = list();
            list.keys[0].kid = "\u{1b}[31mred\r".to_owned();
            list.keys[1].file = Some("\u{7}bell\n\u{202e}.pem".to_owned());
            list.keys[2].pinned[0] = dingpass::domain::id::ClientId::new("a\u{9b}b");
            KeyAnswer::Keys(list)
        }
        _ => usual(request),
    });
    for form in [&["list"][..], &["list", "--long"]] {
        let ended = asked.keys(form);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.stdout.lines().count(), 5, "{}", ended.stdout);
        let control = ended.stdout.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{:?}", ended.stdout);
        assert!(!ended.stdout.contains('\u{202e}'), "{:?}", ended.stdout);
    }
}

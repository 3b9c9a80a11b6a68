//! Log lines, and what the environment changes.

use serde_json::Value;

use super::place::Place;
use super::process::Process;
use crate::support::{free_port, http, until};

/// A log collector takes one object per line, and nothing else comes on standard error.
#[tokio::test]
async fn every_line_of_a_json_log_is_an_object() {
    let place = Place::new();
    place.edit(
        "[keys]",
        "[log]\nformat = \"json\"\nfilter = \"debug\"\n\n[keys]",
    );
    let mut process = place.serve();
    for path in ["/healthz", "/authorize?client_id=nobody", "/no-such-page"] {
        http().get(place.url(path)).send().await.unwrap();
    }
    process.signal("TERM");
    process.wait();
    assert!(process.said.len() > 3, "{:?}", process.said);
    for line in &process.said {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|error| {
            panic!("{error}: {line}");
        });
        for member in ["timestamp", "level", "target", "message"] {
            assert!(object[member].is_string(), "{member} in {line}");
        }
    }
}

/// Standard output is for what an operator asked for; a server's log is not that.
#[test]
fn a_text_log_has_no_colours_where_nobody_looks() {
    let place = Place::new();
    let mut process = place.serve();
    process.signal("TERM");
    process.wait();
    for line in &process.said {
        assert!(!line.contains('\u{1b}'), "an escape sequence in {line:?}");
    }
}

/// CONTRIBUTING.md, Decisions: what a container's manager sets lies over the file.
#[tokio::test]
async fn the_environment_lies_over_the_file() {
    let place = Place::new();
    let address = format!("127.0.0.1:{}", free_port());
    let mut process = Process::start(
        &["serve", "--config", &place.file()],
        &[("DINGPASS__HTTP__LISTEN", &address)],
    );
    let line = process.wait_for("dingpass is serving");
    assert!(line.contains(&address), "{line}");
    let url = format!("http://{address}/healthz");
    assert_eq!(http().get(url).send().await.unwrap().status(), 200);
    assert!(http().get(place.url("/healthz")).send().await.is_err());
}

/// A misspelt variable would be a setting that is silently not there.
#[test]
fn a_variable_that_names_no_setting_is_a_fault() {
    let place = Place::new();
    let file = place.file();
    let ended = super::process::run(
        &["check", "--config", &file],
        &[("DINGPASS__HTTP__LISTNE", "127.0.0.1:1")],
    );
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("DINGPASS__HTTP__LISTNE"),
        "{}",
        ended.stderr
    );
    let guess = "did you mean `DINGPASS__HTTP__LISTEN`?";
    assert!(ended.stderr.contains(guess), "{}", ended.stderr);
}

/// A filter that can't be read is told before anything is opened.
#[test]
fn a_log_filter_that_cannot_be_read_is_one_sentence() {
    let place = Place::new();
    place.edit("[keys]", "[log]\nfilter = \"dingpass=loud\"\n\n[keys]");
    let ended = place.run("serve", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("dingpass=loud"), "{}", ended.stderr);
    assert!(!place.path("data").exists(), "nothing was opened");
}

/// Everybody would be a new person: a wrong path or a forgotten mount must not go unseen.
#[test]
fn a_new_database_beside_known_keys_is_warned_of() {
    let place = Place::new();
    let mut first = place.serve();
    first.signal("TERM");
    first.wait();
    let told =
        |process: &Process, words: &str| process.said.iter().any(|line| line.contains(words));
    assert!(told(&first, "made a new database"), "{:?}", first.said);
    assert!(!told(&first, "there are keys, but no database"));
    std::fs::rename(place.path("data"), place.path("elsewhere")).unwrap();
    let mut second = place.serve();
    second.signal("TERM");
    second.wait();
    assert!(
        told(&second, "there are keys, but no database"),
        "{:?}",
        second.said
    );
}

/// Whose settings are wrong stands in the line; what a stranger sent does not.
#[tokio::test]
async fn a_refusal_names_the_client_once_it_is_known() {
    let place = Place::new();
    let mut process = place.serve();
    let elsewhere = "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F";
    for client in ["demo", "stranger"] {
        let path = format!("/authorize?client_id={client}&{elsewhere}");
        http().get(place.url(&path)).send().await.unwrap();
    }
    let known = process.wait_for("unregistered_redirect_uri");
    assert!(known.contains("client=\"demo\""), "{known}");
    let unknown = process.wait_for("unknown_client");
    assert!(!unknown.contains("stranger"), "{unknown}");
}

/// A log on a full disk, or whose reader is gone, must not stop the sign-ins.
#[tokio::test]
async fn a_log_that_can_t_be_written_does_not_stop_the_broker() {
    let place = Place::new();
    let file = place.file();
    let _process = Process::start_with_a_full_log(&["serve", "--config", &file]);
    // It has no log to say that it serves.
    until(async || http().get(place.url("/healthz")).send().await.ok()).await;
    for _ in 0..3 {
        let answer = http()
            .get(place.url("/authorize?client_id=nobody"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 400);
    }
}

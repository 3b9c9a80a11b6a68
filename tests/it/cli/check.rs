//! `dingpass check`: exit code 0 or 1, and everything that is wrong, at once.

use std::net::{Ipv4Addr, TcpListener};

use super::place::Place;
use super::process::run;
use crate::support::SAMPLE;

/// README, "Configuration": the first file that an operator writes.
#[test]
fn the_sample_configuration_is_fine() {
    let place = Place::new();
    place.write(SAMPLE);
    let ended = place.run("check", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    let last = ended.stdout.lines().last().unwrap();
    let summary = "is fine: issuer http://127.0.0.1:8000, 1 upstream, 1 client";
    assert!(last.ends_with(summary), "{last}");
}

/// It opens neither store nor keys nor the port, so that it can be run beside a server.
#[test]
fn check_touches_nothing_and_needs_no_free_port() {
    let place = Place::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).unwrap();
    assert_eq!(place.run("check", &[]).code, Some(0));
    assert!(!place.path("data").exists());
    assert!(!place.path("keys").exists());
    drop(taken);
}

/// CONTRIBUTING.md, Decisions: all faults at once, each with its place.
#[test]
fn every_fault_of_a_broken_file_is_told_with_line_and_column() {
    let place = Place::new();
    place.write(
        &SAMPLE
            .replace("listen = \"127.0.0.1:8000\"", "listen = \"nowhere\"")
            .replace("redb:data/dingpass.redb", "mysql://db")
            .replace("corp_id", "corpid")
            .replace("http://127.0.0.1:8080/callback", "/callback"),
    );
    let ended = place.run("check", &[]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.is_empty(), "{}", ended.stdout);
    for line in [4, 7, 18, 27] {
        let at = format!("{}:{line}:", place.file());
        assert!(ended.stderr.contains(&at), "{at} in {}", ended.stderr);
    }
    let count = ended.stderr.lines().last().unwrap();
    let number: usize = count.strip_suffix(" faults").unwrap().parse().unwrap();
    let places = ended.stderr.matches("dingpass.toml:").count();
    assert_eq!(places, number, "{}", ended.stderr);
    assert!(
        !ended.stderr.contains("dingsimsecret"),
        "no secret is shown"
    );
}

/// TOML itself: the first error ends the reading, and has a place too.
#[test]
fn a_file_that_is_no_toml_is_told_with_its_place() {
    let place = Place::new();
    place.edit("[keys]", "[keys");
    let ended = place.run("check", &[]);
    assert_eq!(ended.code, Some(1));
    let at = format!("{}:9:", place.file());
    assert!(ended.stderr.contains(&at), "{}", ended.stderr);
}

/// What `serve` says of a broken file is what `check` says.
#[test]
fn serve_shows_the_faults_that_check_shows() {
    let place = Place::new();
    place.edit("corp_id", "corpid");
    let checked = place.run("check", &[]);
    let notices = checked.stderr.rsplit_once("\n").unwrap().0;
    let notices = notices.rsplit_once("\n").unwrap().0;
    let ended = place.run("serve", &[]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains(notices.trim()),
        "{}\nbut check: {notices}",
        ended.stderr
    );
}

/// A file that can't be read is one sentence that names it.
#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let place = Place::new();
    let missing = place.path("missing.toml");
    let missing = missing.to_str().unwrap();
    let folder = place.path("");
    let folder = folder.to_str().unwrap();
    std::fs::write(place.file(), b"issuer = \"caf\xe9\"\n").unwrap();
    let file = place.file();
    for (path, reason) in [
        (missing, "No such file"),
        (folder, "Is a directory"),
        (file.as_str(), "UTF-8"),
    ] {
        for command in ["check", "serve", "healthcheck"] {
            let ended = run(&[command, "--config", path], &[]);
            let sentence = ended.sentence();
            assert!(sentence.contains(path), "{sentence}");
            assert!(sentence.contains(reason), "{sentence}");
        }
    }
}

/// Warnings are shown and do no harm.
#[test]
fn warnings_are_shown_and_the_exit_code_is_0() {
    let place = Place::new();
    place.edit(
        "[\"http://127.0.0.1:8080/callback\"]",
        "[\"http://app.intranet.example/callback\"]",
    );
    let ended = place.run("check", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let at = format!("{}:27:", place.file());
    assert!(ended.stdout.contains(&at), "{}", ended.stdout);
    assert!(ended.stdout.contains("is fine"), "{}", ended.stdout);
}

/// Each algorithm that a client asks for is a set of keys more, which the operator did not
/// write down.
#[test]
fn algorithms_that_clients_bring_are_told() {
    let place = Place::new();
    place.edit(
        "client_name = \"Demo\"",
        "client_name = \"Demo\"\nid_token_signed_response_alg = \"ES256\"",
    );
    let ended = place.run("check", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let told = "ID Tokens are signed by RS256 of [keys], and by ES256 (asked for by demo)\n";
    assert!(ended.stdout.starts_with(told), "{}", ended.stdout);

    place.edit(
        "directory = \"keys\"",
        "directory = \"keys\"\nalgorithms = [\"RS256\", \"ES256\"]",
    );
    let ended = place.run("check", &[]);
    assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
}

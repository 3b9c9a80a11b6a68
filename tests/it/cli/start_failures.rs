//! `serve` that can't: one clear sentence, exit code 1, soon, and no trace of a panic.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::place::{Place, text};

/// A place where a broker has run before, so that keys and store are there.
fn used() -> Place {
    let place = Place::new();
    let mut process = place.serve();
    process.signal("TERM");
    process.wait();
    place
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Names the address and the likely cause.
#[test]
fn a_port_that_is_taken_is_told() {
    let place = Place::new();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).unwrap();
    let ended = place.run("serve", &[]);
    drop(taken);
    let sentence = ended.sentence();
    assert!(sentence.contains(&place.address()), "{sentence}");
    assert!(sentence.contains("another program"), "{sentence}");
}

/// CONTRIBUTING.md, Decisions: a key that others can get at is refused, with the remedy.
#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let place = used();
    for suffix in [".pem", ".key"] {
        let key = place.key(suffix);
        for (mode, shown) in [(0o644, "0644"), (0o620, "0620"), (0o604, "0604")] {
            set_mode(&key, mode);
            let ended = place.run("serve", &[]);
            let sentence = ended.sentence();
            assert!(sentence.contains(shown), "{sentence}");
            let remedy = format!("chmod 600 {}", text(&key));
            assert!(sentence.contains(&remedy), "{sentence}");
        }
        set_mode(&key, 0o440);
        let mut process = place.serve();
        process.signal("TERM");
        assert!(process.wait().success(), "Kubernetes mounts 0440");
    }
}

/// CONTRIBUTING.md, Decisions: what the program makes is for its owner alone.
#[test]
fn keys_and_store_are_made_for_the_owner_alone() {
    let place = used();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path("keys")), 0o700);
    assert_eq!(mode(&place.path("data")), 0o700);
    assert_eq!(mode(&place.path("data/dingpass.redb")), 0o600);
    for entry in fs::read_dir(place.path("keys")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// Two brokers on one file would lose each other's writes.
#[test]
fn a_store_that_another_process_holds_is_told() {
    let place = Place::new();
    let mut first = place.serve();
    let elsewhere = format!("listen = \"127.0.0.1:{}\"", crate::support::free_port());
    let here = format!("listen = \"{}\"", place.address());
    place.edit(&here, &elsewhere);
    let second = place.run("serve", &[]);
    let sentence = second.sentence();
    let store = text(&place.path("data/dingpass.redb"));
    assert!(sentence.contains(&store), "{sentence}");
    assert!(sentence.contains("another process"), "{sentence}");
    first.signal("TERM");
    assert!(first.wait().success(), "the first one is not disturbed");
}

/// The name that is in the way is the one that is told.
#[test]
fn a_file_where_a_folder_should_be_is_named() {
    for folder in ["data", "keys"] {
        let place = Place::new();
        fs::write(place.path(folder), "in the way").unwrap();
        let ended = place.run("serve", &[]);
        let sentence = ended.sentence();
        let path = text(&place.path(folder));
        assert!(!sentence.contains(&format!("{path}/")), "{sentence}");
        assert!(sentence.contains(&path), "{sentence}");
        assert!(sentence.contains("not a folder"), "{sentence}");
    }
}

/// A store that is something else is not overwritten.
#[test]
fn a_file_that_is_no_store_is_told_and_left_as_it_is() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    let store = place.path("data/dingpass.redb");
    fs::write(&store, "my only copy of a letter").unwrap();
    let ended = place.run("serve", &[]);
    assert!(ended.sentence().contains(&text(&store)), "{ended:?}");
    assert_eq!(fs::read(&store).unwrap(), b"my only copy of a letter");
}

/// An empty file is what `touch` and some volumes leave; a broken key is named, never shown.
#[test]
fn a_key_that_is_missing_or_broken_is_named_and_not_replaced() {
    for suffix in [".pem", ".key"] {
        let place = used();
        let key = place.key(suffix);
        let whole = fs::read_to_string(&key).unwrap();
        let half = &whole[..whole.len() / 2];
        for broken in [Some(half), Some(""), None] {
            match broken {
                Some(content) => fs::write(&key, content).unwrap(),
                None => fs::remove_file(&key).unwrap(),
            }
            let ended = place.run("serve", &[]);
            assert!(ended.sentence().contains(&text(&key)), "{ended:?}");
            let shown = whole.lines().any(|line| {
                line.len() > 20 && !line.contains("PRIVATE KEY") && ended.stderr.contains(line)
            });
            assert!(!shown, "a part of the key is in {}", ended.stderr);
        }
        assert!(!key.exists(), "a lost key is not replaced in silence");
    }
}

/// A list that is damaged is not guessed at.
#[test]
fn a_broken_list_of_keys_is_named() {
    let place = used();
    let list = place.path("keys/keyring.toml");
    let good = fs::read_to_string(&list).unwrap();
    for broken in [
        "version = ".to_owned(),
        good.replace("version = 2", "version = 3"),
        good.replace("\"active\"", "\"acitve\""),
        good.replace("kid = \"", "kid = \"x"),
        format!("{good}\n[[signing]]\nkid = \"x\"\n"),
    ] {
        fs::write(&list, &broken).unwrap();
        let ended = place.run("serve", &[]);
        assert!(ended.sentence().contains(&text(&list)), "{ended:?}");
        assert_eq!(fs::read_to_string(&list).unwrap(), broken);
    }
}

/// A certificate file that `[outbound]` names and nobody has.
#[test]
fn a_missing_certificate_file_is_told_with_its_line() {
    let place = Place::new();
    place.edit("[keys]", "[outbound]\nca_files = [\"ca.pem\"]\n\n[keys]");
    let ended = place.run("serve", &[]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("dingpass.toml:10:"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("ca.pem"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

/// A pipe would make the start wait for ever.
#[test]
fn a_key_that_is_no_file_is_refused_at_once() {
    let place = Place::new();
    let mut process = place.serve();
    process.signal("TERM");
    process.wait();
    let key = place.key(".key");
    std::fs::remove_file(&key).unwrap();
    let made = std::process::Command::new("mkfifo")
        .args(["-m", "600"])
        .arg(&key)
        .status()
        .unwrap();
    assert!(made.success());
    let ended = place.run("serve", &[]);
    let sentence = ended.sentence();
    assert!(sentence.contains("it is not a file"), "{sentence}");
}

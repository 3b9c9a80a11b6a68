//! `keys rewrite`: from plain files to encrypted ones, to another passphrase and back, with
//! servers before and after it at which people are signed in.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::{Keys as _, active, own_uid};
use crate::cli::place::{Place, simulator, text};
use crate::cli::process::Process;
use crate::support::{Browser, REDIRECT, RelyingParty, has, http};

const FIRST: &str = "correct-horse-battery";
const SECOND: &str = "another-horse-battery";

fn write(place: &Place, name: &str, content: &str) -> String {
    let path = place.path(name);
    std::fs::write(&path, format!("{content}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    text(&path)
}

fn stop(mut server: Process) {
    server.signal("TERM");
    assert!(server.wait().success(), "{:?}", server.said);
}

/// A place whose server ran once and made its keys, in plain.
fn place(dingtalk: &str) -> Place {
    let place = Place::with_dingtalk(dingtalk);
    place.edit("[keys]", "[keys]\nrotate_every = \"never\"");
    stop(place.serve());
    place
}

/// From now on the configuration names a passphrase.
fn name_passphrase(place: &Place) {
    write(place, "pass.txt", FIRST);
    place.edit("[keys]", "[keys]\npassphrase_file = \"pass.txt\"");
}

/// How many files of private keys are encrypted, and how many are not.
fn encrypted(place: &Place) -> (usize, usize) {
    let list = place.keys_json(&["list"]);
    let keys = list["keys"].as_array().unwrap();
    let count = |wanted: bool| {
        let kept = keys.iter().filter(|key| key["encrypted"] == wanted);
        kept.count()
    };
    (count(true), count(false))
}

fn told(place: &Place) -> Vec<Value> {
    let log = place.run("audit", &["--json", "--event", "operator_acted"]);
    let events = log
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &Value| event["act"] == "keys_rewritten")
        .collect()
}

/// What people have from before: tokens, and a sign-in on its way through DingTalk.
struct Before {
    rp: RelyingParty,
    access_token: String,
    refresh_token: String,
    browser: Browser,
    /// Where DingTalk lets the browser go on.
    under_way: String,
}

impl Before {
    async fn at(place: &Place, dingtalk: &str) -> Self {
        let rp = place.rp().await;
        let scopes = ["profile", "offline_access"];
        let signed_in = rp.sign_in(&mut Browser::new(), &scopes).await;
        let mut browser = Browser::new();
        let request = rp.request(&["profile"], &[]);
        let page = browser.follow(&request.url, dingtalk).await;
        let under_way = page.location().unwrap().to_owned();
        Self {
            rp,
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token.unwrap(),
            browser,
            under_way,
        }
    }

    async fn goes_on(mut self, place: &Place) {
        let userinfo = http()
            .get(place.url("/userinfo"))
            .bearer_auth(&self.access_token)
            .send()
            .await
            .unwrap();
        assert_eq!(userinfo.status(), 200, "the access token is still opened");
        self.rp.refresh(&self.refresh_token).await.unwrap();
        let page = self.browser.follow(&self.under_way, REDIRECT).await;
        let came = page.location().unwrap_or_default();
        assert!(came.contains("code="), "the sign-in goes on: {}", page.body);
    }
}

/// deploy/KEYS.md, "A passphrase": from plain to a first one with the server up, to a second one
/// with it down; the keys that seal come along, and nobody is signed out.
#[tokio::test(flavor = "multi_thread")]
async fn another_passphrase_loses_no_key_and_signs_nobody_out() {
    let (_sim, dingtalk) = simulator();
    let place = place(&dingtalk);
    name_passphrase(&place);
    let server = place.serve();
    let kid = active(&place, "RS256");
    let before = Before::at(&place, &dingtalk).await;
    assert_eq!(encrypted(&place), (0, 2));
    let done = place.keys(&["rewrite"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("in plain"), "{done:?}");
    assert!(done.stderr.contains("backups"), "{done:?}");
    assert_eq!(encrypted(&place), (2, 0));
    before.goes_on(&place).await;

    // It is not for a server that goes by the first one.
    let before = Before::at(&place, &dingtalk).await;
    let old = write(&place, "old.txt", FIRST);
    write(&place, "pass.txt", SECOND);
    let refused = place.keys(&["rewrite"]);
    assert!(
        refused
            .sentence()
            .contains("started with another passphrase"),
        "{refused:?}"
    );
    let with_old = ["rewrite", "--old-passphrase-file", &old];
    let refused = place.keys(&with_old);
    assert!(
        refused.sentence().contains("stop the server"),
        "{refused:?}"
    );
    stop(server);

    // Nor does a start read what is under the first one, and it says what to run.
    let started = place.run("serve", &[]);
    let sentence = started.sentence();
    assert!(
        sentence.contains("dingpass keys rewrite --old-passphrase-file"),
        "{sentence}"
    );
    let done = place.keys(&with_old);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.contains("under the old passphrase"), "{done:?}");
    for said in [&done.stdout, &done.stderr] {
        assert!(!said.contains(FIRST) && !said.contains(SECOND), "{said}");
    }
    if has("openssl") {
        let openssl = std::process::Command::new("openssl")
            .args(["pkey", "-noout", "-passin", "file:pass.txt", "-in"])
            .arg(place.key(".pem"))
            .current_dir(place.path(""))
            .status()
            .unwrap();
        assert!(openssl.success());
    }
    let _server = place.serve();
    before.goes_on(&place).await;
    assert_eq!(active(&place, "RS256"), kid);
    let told = told(&place);
    assert_eq!(told.len(), 2, "{told:?}");
    for event in told {
        assert_eq!(
            (&event["files"], &event["encrypted"]),
            (&2.into(), &true.into())
        );
        assert_eq!(event["uid"], own_uid());
    }
}

/// A kill in between: half is under the new one. The start names the file and the command, and
/// the same command does the rest.
#[test]
fn a_change_that_was_broken_off_is_finished_by_the_same_command() {
    let place = place("http://127.0.0.1:9000");
    name_passphrase(&place);
    assert_eq!(place.keys(&["rewrite"]).code, Some(0));
    let sealing = place.key(".key");
    let before = std::fs::read_to_string(&sealing).unwrap();
    let old = write(&place, "old.txt", FIRST);
    write(&place, "pass.txt", SECOND);
    let with_old = ["rewrite", "--old-passphrase-file", &old];
    assert_eq!(place.keys(&with_old).code, Some(0));
    std::fs::write(&sealing, before).unwrap();

    let started = place.run("serve", &[]);
    let sentence = started.sentence();
    for words in ["broken off", &text(&sealing), "dingpass keys rewrite"] {
        assert!(sentence.contains(words), "{words} in {sentence}");
    }
    let refused = place.keys(&["rewrite"]);
    assert!(refused.sentence().contains("broken off"), "{refused:?}");
    let done = place.keys_json(&with_old);
    let files = done["files"].as_array().unwrap();
    assert_eq!((files.len(), &done["right"]), (1, &1.into()), "{done}");
    assert_eq!(files[0]["was"], "old_passphrase", "{done}");
    stop(place.serve());
    let again = place.keys(&with_old);
    assert!(
        again.stdout.contains("All 2 keys") && again.stdout.contains("already"),
        "{again:?}"
    );
}

/// A wrong old passphrase changes nothing at all.
#[test]
fn a_wrong_old_passphrase_changes_nothing() {
    let place = place("http://127.0.0.1:9000");
    name_passphrase(&place);
    assert_eq!(place.keys(&["rewrite"]).code, Some(0));
    let read =
        || [".pem", ".key"].map(|suffix| std::fs::read_to_string(place.key(suffix)).unwrap());
    let before = read();
    write(&place, "pass.txt", SECOND);
    let wrong = write(&place, "wrong.txt", "a-wrong-horse-battery");
    let refused = place.keys(&["rewrite", "--old-passphrase-file", &wrong]);
    let sentence = refused.sentence();
    assert!(sentence.contains("nothing was changed"), "{sentence}");
    assert!(!sentence.contains("horse"), "{sentence}");
    assert_eq!(read(), before);
    assert_eq!(told_at_rest(&place, FIRST), 1, "the first one alone");
}

fn told_at_rest(place: &Place, passphrase: &str) -> usize {
    write(place, "pass.txt", passphrase);
    told(place).len()
}

/// Encryption is taken off only by who says yes to it, or `--yes`.
#[test]
fn keys_are_put_in_plain_only_after_a_question() {
    let place = place("http://127.0.0.1:9000");
    name_passphrase(&place);
    assert_eq!(place.keys(&["rewrite"]).code, Some(0));
    let old = write(&place, "old.txt", FIRST);
    place.edit("passphrase_file = \"pass.txt\"\n", "");
    let without = place.keys(&["rewrite"]);
    assert!(
        without.sentence().contains("no passphrase is configured"),
        "{without:?}"
    );
    let with_old = ["rewrite", "--old-passphrase-file", &old];
    let asked = place.keys(&with_old);
    assert_eq!(asked.code, Some(1), "{asked:?}");
    assert!(
        asked.stderr.contains("in plain") && asked.stderr.contains("--yes"),
        "{asked:?}"
    );
    let dry = place.keys(&[&with_old[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.stdout.contains("in plain"), "{dry:?}");
    for suffix in [".pem", ".key"] {
        let name = place.key(suffix);
        assert!(
            dry.stdout
                .contains(name.file_name().unwrap().to_str().unwrap()),
            "{dry:?}"
        );
        let kept = std::fs::read_to_string(name).unwrap();
        assert!(kept.starts_with("-----BEGIN ENCRYPTED "));
    }
    let done = place.keys_json(&[&with_old[..], &["--yes"]].concat());
    assert_eq!(
        (&done["weakens"], &done["done"]),
        (&true.into(), &true.into())
    );
    assert_eq!(encrypted(&place), (0, 2));
    let told = told(&place);
    assert_eq!(told.last().unwrap()["encrypted"], false, "{told:?}");
    stop(place.serve());
}

/// A passphrase that was named and not taken up yet: the server would write in plain.
#[test]
fn a_server_from_before_the_passphrase_is_to_be_restarted_first() {
    let place = place("http://127.0.0.1:9000");
    let server = place.serve();
    name_passphrase(&place);
    let refused = place.keys(&["rewrite"]);
    assert!(refused.sentence().contains("restart it"), "{refused:?}");
    assert_eq!(encrypted(&place), (0, 2));
    stop(server);
}

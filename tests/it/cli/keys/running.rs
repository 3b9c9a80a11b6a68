//! A server that runs: each command does what it says, without a restart, and people sign in
//! all the while.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Keys as _, active, kid_of, states};
use crate::cli::place::{Place, simulator, text};
use crate::cli::process::Process;
use crate::support::{Browser, CLIENT, PATIENCE, RelyingParty, http};

/// A schedule that moves by commands alone, as fast as it can.
pub(super) const FAST: &str =
    "rotate_every = \"never\"\npublish_before = \"1s\"\njwks_max_age = \"1s\"";

/// How often something is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

struct Running {
    place: Place,
    _server: Process,
    _sim: Process,
}

impl Running {
    fn start() -> Self {
        let (sim, dingtalk) = simulator();
        let place = Place::with_dingtalk(&dingtalk);
        place.edit("[keys]", &format!("[keys]\n{FAST}"));
        let server = place.serve();
        Self {
            place,
            _server: server,
            _sim: sim,
        }
    }

    /// The kids that everybody sees.
    async fn published(&self) -> Vec<String> {
        let answer = http().get(self.place.url("/jwks")).send().await.unwrap();
        let jwks: Value = answer.json().await.unwrap();
        let keys = jwks["keys"].as_array().unwrap();
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn sign_in(rp: &RelyingParty) -> String {
    let signed_in = rp.sign_in(&mut Browser::new(), &["profile"]).await;
    kid_of(&signed_in.id_token)
}

/// What happens by the schedule is waited for.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / LOOK_AGAIN.as_millis() {
        if holds() {
            return;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    panic!("{what} did not happen");
}

/// The outcome of the issue: one command, and the next key signs once it has been published for
/// long enough; the old one stays published meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_in_good_order_is_one_command() {
    let running = Running::start();
    let place = &running.place;
    let old = active(place, "RS256");
    assert_eq!(running.published().await, std::slice::from_ref(&old));
    let plan = place.keys_json(&["rotate", "RS256", "--dry-run"]);
    assert_eq!(plan["breaks"], false, "{plan}");
    assert!(!plan["timeline"].as_array().unwrap().is_empty(), "{plan}");
    assert_eq!(
        states(place, "RS256"),
        [(old.clone(), "active".to_owned())],
        "it was dry"
    );

    let done = place.keys_json(&["rotate", "RS256"]);
    let new = done["kid"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    let published = running.published().await;
    assert!(
        published.contains(&old) && published.contains(&new),
        "{published:?}"
    );
    until("the new key signs", || active(place, "RS256") == new).await;
    let published = running.published().await;
    assert!(published.contains(&old), "{published:?}");
    let rp = place.rp().await;
    assert_eq!(sign_in(&rp).await, new);
}

/// `rotate --now` signs with a key that nobody has seen, after it said so.
#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_asked_and_then_takes_effect_at_once() {
    let running = Running::start();
    let place = &running.place;
    let rp = place.rp().await;
    let old = active(place, "RS256");
    assert_eq!(sign_in(&rp).await, old);
    let refused = place.keys(&["rotate", "RS256", "--now"]);
    assert!(refused.sentence().contains("--yes"), "{refused:?}");
    assert!(refused.stderr.contains("of 1 grant,"), "{}", refused.stderr);
    assert!(refused.stderr.contains(CLIENT), "{}", refused.stderr);
    assert_eq!(active(place, "RS256"), old, "nothing was done");

    let done = place.keys(&["rotate", "RS256", "--now", "--yes"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let new = active(place, "RS256");
    assert_ne!(new, old);
    // A client that starts now has the new key.
    assert_eq!(sign_in(&place.rp().await).await, new);
}

/// A leaked key: its absence is published, what hangs from its tokens is ended, and the log
/// tells by whom.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_gone_and_what_it_signed_is_ended() {
    let running = Running::start();
    let place = &running.place;
    let rp = place.rp().await;
    let scopes = ["profile", "offline_access"];
    let signed_in = rp.sign_in(&mut Browser::new(), &scopes).await;
    let leaked = active(place, "RS256");
    let plan = place.keys_json(&["revoke", &leaked, "--dry-run"]);
    assert_eq!(plan["breaks"], true, "{plan}");
    let of = &plan["consequences"][0];
    assert_eq!(of["id_tokens"], 1, "{plan}");
    assert_eq!(of["ends"], true, "{plan}");

    let done = place.keys_json(&["revoke", &leaked, "--yes"]);
    assert_eq!(done["ended"]["grants"], 1, "{done}");
    let published = running.published().await;
    assert!(!published.contains(&leaked), "{published:?}");
    assert_ne!(active(place, "RS256"), leaked);
    let refresh = signed_in.refresh_token.unwrap();
    assert!(
        rp.refresh(&refresh).await.is_err(),
        "its refresh token is ended"
    );
    let log = place.run("audit", &["--json"]).stdout;
    let revoked = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|event| event["to"] == "revoked")
        .unwrap_or_else(|| panic!("{log}"));
    assert_eq!(revoked["kid"], leaked);
    assert_eq!(revoked["by"], "operator");
    assert_eq!(revoked["uid"], super::own_uid());
    let again = place.keys(&["revoke", &leaked, "--yes"]);
    assert_eq!(again.code, Some(1), "{again:?}");
}

/// A key goes out and comes in elsewhere under its name: a move that no application notices.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_moves_to_another_server_and_keeps_its_kid() {
    let running = Running::start();
    let place = &running.place;
    let kid = active(place, "RS256");
    let public = place.keys(&["export", &kid, "--format", "jwk"]);
    let jwk: Value = serde_json::from_str(&public.stdout).unwrap();
    assert_eq!(jwk["kid"], kid.as_str());
    assert!(jwk.get("d").is_none(), "{jwk}");
    let out = text(&place.path("moved.pem"));
    let pass = text(&place.path("pass"));
    std::fs::write(&pass, "correct horse\n").unwrap();
    let arguments = [
        "export",
        &kid,
        "--private",
        "--out",
        &out,
        "--passphrase-file",
        &pass,
    ];
    assert_eq!(place.keys(&arguments).code, Some(0));
    let pem = std::fs::read_to_string(&out).unwrap();
    assert!(
        pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
        "{pem}"
    );

    let other = Running::start();
    let place = &other.place;
    let refused = place.keys(&["import", &out, "--kid", &kid]);
    assert!(refused.sentence().contains("passphrase"), "{refused:?}");
    let import = ["import", &out, "--kid", &kid, "--passphrase-file", &pass];
    assert_eq!(place.keys_json(&import)["kid"], kid.as_str());
    assert!(other.published().await.contains(&kid));
    let ended = place.keys(&["promote", &kid]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    until("it signs", || active(place, "RS256") == kid).await;
    assert_eq!(sign_in(&place.rp().await).await, kid);
}

/// A client that is pinned gets the old key until it is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_client_gets_the_old_key_until_it_is_unpinned() {
    let running = Running::start();
    let place = &running.place;
    let old = active(place, "RS256");
    place.keys_json(&["rotate", "RS256"]);
    until("the new key signs", || active(place, "RS256") != old).await;
    let pin = ["pin", CLIENT, "--kid", &old[..8], "--until", "30d"];
    assert_eq!(place.keys(&pin).code, Some(0));
    let rp = place.rp().await;
    assert_eq!(sign_in(&rp).await, old);
    let status = place.keys_json(&["status"]);
    assert_eq!(status["clients"][0]["pin"]["kid"], old.as_str(), "{status}");
    assert_eq!(place.keys(&["unpin", CLIENT]).code, Some(0));
    assert_eq!(sign_in(&rp).await, active(place, "RS256"));
    let unknown = place.keys(&["pin", "nobody", "--kid", &old, "--until", "30d"]);
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    let past = place.keys(&["pin", CLIENT, "--kid", &old, "--until", "2020-01-01"]);
    assert_eq!(past.code, Some(1), "{past:?}");
}

/// Two operators at once: each act is one that was shown, so one is done, and the other is
/// told that the keys are not those any more, or was reckoned anew.
#[tokio::test(flavor = "multi_thread")]
async fn two_operators_at_once_leave_one_key_that_signs() {
    let running = Running::start();
    let place = &running.place;
    let before = place.keys_json(&["list"])["folder"]["generation"]
        .as_u64()
        .unwrap();
    let ended: Vec<_> = std::thread::scope(|scope| {
        let both = [(); 2]
            .map(|()| scope.spawn(|| place.keys(&["rotate", "RS256", "--now", "--yes", "--json"])));
        both.map(|one| one.join().unwrap()).into()
    });
    let done = ended.iter().filter(|ended| ended.code == Some(0)).count();
    assert!(done >= 1, "{ended:?}");
    for one in ended.iter().filter(|ended| ended.code != Some(0)) {
        let told: Value = serde_json::from_str(&one.stdout).unwrap();
        assert_eq!(told["refused"]["cause"], "keys_changed", "{one:?}");
    }
    let states = states(place, "RS256");
    let active = states.iter().filter(|(_, state)| state == "active").count();
    assert_eq!(active, 1, "{states:?}");
    assert_eq!(
        states.len(),
        1 + done,
        "each that was done made one key: {states:?}"
    );
    let after = place.keys_json(&["list"])["folder"]["generation"]
        .as_u64()
        .unwrap();
    assert!(after > before);
    sign_in(&place.rp().await).await;
}

/// What seals cookies turns over by the same commands, and nobody is signed out by it.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_seal_rotate_and_open_what_they_sealed() {
    let running = Running::start();
    let place = &running.place;
    let rp = place.rp().await;
    let signed_in = rp.sign_in(&mut Browser::new(), &["profile"]).await;
    let old = active(place, "A256GCM");
    let done = place.keys(&["rotate", "A256GCM"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    until("another one seals", || active(place, "A256GCM") != old).await;
    let answer = http()
        .get(place.url("/userinfo"))
        .bearer_auth(&signed_in.access_token)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "what it sealed is still opened");
    assert_eq!(sign_in(&rp).await, active(place, "RS256"));
}

/// One object, with the names that scripts go by.
#[tokio::test(flavor = "multi_thread")]
async fn the_answers_for_scripts_keep_their_names() {
    let running = Running::start();
    let place = &running.place;
    let list = place.keys_json(&["list"]);
    let key = &list["keys"][0];
    for name in [
        "kid",
        "algorithm",
        "state",
        "bits",
        "file",
        "created_at",
        "created_at_seconds",
    ] {
        assert!(!key[name].is_null(), "{name} in {key}");
    }
    let status = place.keys_json(&["status"]);
    assert_eq!(status["needs_operator"], json!(false), "{status}");
    for name in ["algorithm", "active", "ready", "stale", "unknown"] {
        assert!(!status["sets"][0][name].is_null(), "{name} in {status}");
    }
    for name in ["client", "algorithm", "signed_with", "standing", "jwks_uri"] {
        assert!(!status["clients"][0][name].is_null(), "{name} in {status}");
    }
    let table = place.keys(&["status"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(table.stdout.starts_with("RS256: "), "{table:?}");
}

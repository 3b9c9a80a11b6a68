//! What the file holds of a whole sign-in: digests, never what unlocks something.

use dingpass::store::open;

use super::place;
use crate::support::{House, SECRET};
use crate::token::{Ask, Redeem, VERIFIER, payload};

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

/// Handles are never stored, their digests are. Whoever has a copy of the file can sign in
/// nowhere with it.
#[tokio::test]
async fn the_file_holds_no_code_no_cookie_no_token_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let house = House::plan().store(store).start().await;
    let mut browser = house.browser();
    let unspent = Ask::new().code(&house, &mut browser).await;
    let code = Ask::new()
        .with("state", "a-state-to-be-looked-for")
        .code(&house, &mut browser)
        .await;
    let reply = Redeem::of(&code).send(&house).await;
    let id_token = reply.token("id_token");
    let file = std::fs::read(folder.path().join("data").join("dingpass.redb")).unwrap();

    // What has to be there, or this test looks in the wrong place.
    let claims = payload(&id_token);
    for name in ["sub", "sid"] {
        assert!(holds(&file, claims[name].as_str().unwrap()), "{name}");
    }

    let mut secrets = vec![
        ("the code", code),
        ("the unspent code", unspent),
        ("the access token", reply.token("access_token")),
        ("the ID Token", id_token),
        ("the client's secret", SECRET.to_owned()),
        ("the secret at DingTalk", "dingsimsecret".to_owned()),
        ("the verifier", VERIFIER.to_owned()),
        ("the state", "a-state-to-be-looked-for".to_owned()),
    ];
    for (name, value) in &browser.cookies {
        assert!(value.len() > 20, "{name}={value}");
        secrets.push(("a cookie", value.clone()));
    }
    assert!(secrets.len() > 8, "the browser has a session's cookie");
    for (what, value) in secrets {
        assert!(!holds(&file, &value), "{what} is in the file");
        // Nor a part of it: the second half alone would do.
        assert!(
            !holds(&file, &value[value.len() / 2..]),
            "{what} is in the file in part"
        );
    }
}

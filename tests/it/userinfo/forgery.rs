//! Tokens are sealed as a whole: whatever is cut, added, changed or sealed for something else
//! opens nothing.

use std::sync::{Arc, OnceLock};

use dingpass::clock::Clock as _;
use dingpass::keyring::{Keyring, Purpose};
use proptest::prelude::*;

use super::{get, tokens};
use crate::support::{House, other_keyring, test_keyring};
use crate::token::Ask;

/// A handful of ways to spoil a token, through the whole house.
#[tokio::test]
async fn a_token_that_was_cut_or_lengthened_is_refused() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    let half = token.len() / 2;
    let parts: Vec<&str> = token.split('.').collect();
    for wrong in [
        token[..token.len() - 1].to_owned(),
        token[..half].to_owned(),
        token[1..].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!("{token}.{token}"),
        format!("2.{}.{}", parts[1], parts[2]),
        format!("1.{}.{}", "AAAAAAAA", parts[2]),
        format!("1..{}", parts[2]),
        format!("1.{}.", parts[1]),
        format!("{}.{}", parts[1], parts[2]),
        token.to_uppercase(),
    ] {
        get(&house, &wrong).await.refused(401, "invalid_token");
    }
    get(&house, &token).await.tokens();
}

/// What the same keys sealed into a cookie is no token.
#[tokio::test]
async fn a_flow_cookies_value_is_no_access_token() {
    let house = House::plan().with_page().start().await;
    let mut browser = house.browser();
    let url = house.url("/authorize?response_type=code&client_id=demo&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback");
    browser.follow(&url, &house.sim.url).await;
    let sealed: Vec<String> = browser
        .cookies
        .iter()
        .filter(|(name, _)| name.starts_with("flow-"))
        .map(|(_, value)| value.clone())
        .collect();
    assert!(!sealed.is_empty(), "{:?}", browser.cookies);
    for value in sealed {
        assert!(house.keyring.sealer().open(Purpose::Flow, &value).is_some());
        get(&house, &value).await.refused(401, "invalid_token");
    }
}

/// And an access token is no flow: the callback starts nothing from it.
#[tokio::test]
async fn an_access_token_is_no_flow_cookie() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    assert!(house.keyring.sealer().open(Purpose::Flow, &token).is_none());
    let mut browser = house.browser();
    let url = house.url("/authorize?response_type=code&client_id=demo&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fcallback");
    let page = browser.follow(&url, &house.url("/callback")).await;
    let back = page.location().unwrap().to_owned();
    for value in browser.cookies.values_mut() {
        value.clone_from(&token);
    }
    let page = browser.get(&back).await;
    assert!(
        page.location().is_none_or(|to| !to.contains("code=")),
        "{page:?}"
    );
    assert!(page.status.is_client_error(), "{page:?}");
}

/// Well-formed content, sealed with the right key for the right purpose, but not ours: a
/// grant that does not exist. (What a leak of the sealing key would allow has to know one.)
#[tokio::test]
async fn a_sealed_token_of_no_grant_is_refused() {
    let house = House::start().await;
    let end = house.clock.now().as_millis() + 60_000;
    for content in [
        format!(r#"{{"g":"none","c":"demo","s":["openid"],"e":{end},"j":"x"}}"#),
        r#"{"g":"none"}"#.to_owned(),
        "null".to_owned(),
        String::new(),
    ] {
        let sealer = house.keyring.sealer();
        let token = sealer
            .seal(Purpose::AccessToken, content.as_bytes())
            .unwrap();
        get(&house, &token).await.refused(401, "invalid_token");
    }
}

/// A code of one sign-in is used once only, and a token tells nothing of whom it is.
#[tokio::test]
async fn two_tokens_of_one_person_have_nothing_in_common_and_show_nothing() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut all = Vec::new();
    for _ in 0..2 {
        let code = Ask::new().code(&house, &mut browser).await;
        let reply = crate::token::Redeem::of(&code).send(&house).await;
        all.push(reply.token("access_token"));
    }
    let payload = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    let (one, other) = (payload(&all[0]), payload(&all[1]));
    let same = one
        .bytes()
        .zip(other.bytes())
        .filter(|(a, b)| a == b)
        .count();
    assert!(same < one.len() / 4, "{same} of {}", one.len());
}

fn sealed() -> &'static (Arc<Keyring>, String) {
    static SEALED: OnceLock<(Arc<Keyring>, String)> = OnceLock::new();
    SEALED.get_or_init(|| {
        let keyring = test_keyring();
        let plain = br#"{"g":"grant","c":"demo","s":["openid"],"e":4102444800000,"j":"x"}"#;
        let token = keyring.sealer().seal(Purpose::AccessToken, plain).unwrap();
        (keyring, token)
    })
}

proptest! {
    /// Any byte, changed into any other.
    #[test]
    fn no_changed_byte_is_overlooked(at in 0_usize..4096, to in 0x21_u8..0x7f) {
        let (keyring, token) = sealed();
        let at = at % token.len();
        let mut bytes = token.clone().into_bytes();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let altered = String::from_utf8(bytes).unwrap();
        prop_assert!(keyring.sealer().open(Purpose::AccessToken, &altered).is_none());
    }

    /// Any cut.
    #[test]
    fn no_part_of_a_token_opens(from in 0_usize..4096, to in 0_usize..4096) {
        let (keyring, token) = sealed();
        let (from, to) = (from % token.len(), to % (token.len() + 1));
        prop_assume!(from <= to && to - from < token.len());
        prop_assert!(keyring.sealer().open(Purpose::AccessToken, &token[from..to]).is_none());
    }

    /// Any text whatever: nothing, and no panic.
    #[test]
    fn no_text_opens(text in "\\PC*", form in "1\\.[A-Za-z0-9_-]{0,9}\\.[A-Za-z0-9_-]{0,90}") {
        let (keyring, _) = sealed();
        for purpose in [Purpose::AccessToken, Purpose::Flow] {
            prop_assert!(keyring.sealer().open(purpose, &text).is_none());
            prop_assert!(keyring.sealer().open(purpose, &form).is_none());
        }
    }
}

/// Every single bit, since there are not so many.
#[test]
fn no_flipped_bit_is_overlooked() {
    let (keyring, token) = sealed();
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(bytes) else {
                continue;
            };
            let opened = keyring.sealer().open(Purpose::AccessToken, &altered);
            assert!(opened.is_none(), "bit {bit} of byte {at}");
        }
    }
    // The untouched token does open, or the loop above shows nothing.
    assert!(keyring.sealer().open(Purpose::AccessToken, token).is_some());
    let other = other_keyring();
    assert!(other.sealer().open(Purpose::AccessToken, token).is_none());
}

//! Attributes of cookies (CONTRIBUTING.md, Decisions, RFC 6265bis section 4.1.3).

use std::collections::BTreeMap;

use crate::authorize::{Ask, payload, redeem};
use crate::support::{Answer, Browser, House, Page, REDIRECT, http};

const HTTPS: &str = "https://login.acme.example";

/// Name to attributes, lower-cased, of the cookies that an answer sets.
fn set_cookies(page: &Page) -> BTreeMap<String, Vec<String>> {
    page.headers
        .get_all("set-cookie")
        .iter()
        .map(|value| {
            let mut parts = value.to_str().unwrap().split(';').map(str::trim);
            let name = parts.next().unwrap().split('=').next().unwrap();
            let attributes = parts.map(str::to_ascii_lowercase).collect();
            (name.to_owned(), attributes)
        })
        .collect()
}

#[track_caller]
fn check(attributes: &[String], secure: bool) {
    for wanted in ["httponly", "samesite=lax", "path=/"] {
        assert!(attributes.iter().any(|it| it == wanted), "{attributes:?}");
    }
    assert!(!attributes.iter().any(|it| it.starts_with("domain")));
    assert_eq!(attributes.iter().any(|it| it == "secure"), secure);
}

/// Signs in at a house whose issuer is not its address: DingTalk's answer is fetched by
/// hand, since no browser gets from here to there.
async fn callback_behind_proxy(house: &House, out: &Page) -> String {
    let dingtalk = url::Url::parse(out.location().unwrap()).unwrap();
    let pairs: BTreeMap<_, _> = dingtalk.query_pairs().into_owned().collect();
    assert_eq!(pairs["redirect_uri"], format!("{HTTPS}/callback/acme"));
    let mut asked = dingtalk.clone();
    asked
        .query_pairs_mut()
        .clear()
        .extend_pairs(pairs.iter().filter(|(name, _)| *name != "redirect_uri"))
        .append_pair("redirect_uri", "http://127.0.0.1:1/callback/acme");
    let answer = http()
        .get(asked.as_str().replace("openid+", "openid%20"))
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    location.replace("http://127.0.0.1:1", &house.issuer)
}

async fn sign_in_behind_proxy(house: &House, browser: &mut Browser) -> (Page, Page) {
    let out = browser.get(&Ask::new().url(house)).await;
    let callback = callback_behind_proxy(house, &out).await;
    let back = browser.get(&callback).await;
    (out, back)
}

/// http on loopback: no `Secure`, no prefix, or the browser would drop them.
#[tokio::test]
async fn under_an_http_issuer_cookies_are_plain() {
    let house = House::start().await;
    let mut browser = house.browser();
    let out = browser.get(&Ask::new().url(&house)).await;
    let set = set_cookies(&out);
    assert_eq!(set.len(), 1);
    let (name, attributes) = set.first_key_value().unwrap();
    assert!(name.starts_with("flow-"), "{name}");
    check(attributes, false);
    assert!(attributes.contains(&"max-age=3600".to_owned()));
    let callback = browser
        .follow(out.location().unwrap(), &house.url("/callback/"))
        .await;
    let back = browser.get(callback.location().unwrap()).await;
    let set = set_cookies(&back);
    check(&set["dingpass-session"], false);
    assert!(set["dingpass-session"].contains(&"max-age=604800".to_owned()));
}

/// https: `__Host-`, `Secure`, although the proxy speaks plain http to us.
#[tokio::test]
async fn under_an_https_issuer_cookies_are_host_bound_and_secure() {
    let house = House::plan().issuer(HTTPS).start().await;
    let mut browser = house.browser();
    let (out, back) = sign_in_behind_proxy(&house, &mut browser).await;
    for page in [&out, &back] {
        let set = set_cookies(page);
        assert!(!set.is_empty());
        for (name, attributes) in &set {
            assert!(name.starts_with("__Host-"), "{name}");
            check(attributes, true);
        }
    }
    assert!(browser.cookies.contains_key("__Host-dingpass-session"));
    let answer = Answer::of(&back);
    answer.code();
    assert_eq!(answer.get("iss"), Some(HTTPS));
    let page = browser.get(&Ask::new().url(&house)).await;
    Answer::of(&page).code();
}

/// A cookie without the prefix, which any subdomain could have set, opens nothing there.
#[tokio::test]
async fn under_an_https_issuer_a_cookie_without_the_prefix_opens_nothing() {
    let house = House::plan().issuer(HTTPS).start().await;
    let mut browser = house.browser();
    let out = browser.get(&Ask::new().url(&house)).await;
    let callback = callback_behind_proxy(&house, &out).await;
    let mut tossed = house.browser();
    for (name, value) in &browser.cookies {
        let bare = name.strip_prefix("__Host-").unwrap();
        tossed.cookies.insert(bare.to_owned(), value.clone());
    }
    assert_eq!(tossed.get(&callback).await.status.as_u16(), 400);
    browser.get(&callback).await;
    let session = browser.cookies["__Host-dingpass-session"].clone();
    let mut tossed = house.browser();
    tossed
        .cookies
        .insert("dingpass-session".to_owned(), session);
    let ask = Ask::new().and("prompt", "none");
    let answer = Answer::of(&tossed.get(&ask.url(&house)).await);
    assert_eq!(answer.get("error"), Some("login_required"));
}

/// CONTRIBUTING.md, Decisions: `sid` is a random value of its own; the cookie's value stands nowhere else.
#[tokio::test]
async fn the_cookie_is_not_the_sid_and_stands_in_no_token_page_or_event() {
    let house = House::start().await;
    let mut browser = house.browser();
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let cookie = browser.cookies["dingpass-session"].clone();
    assert_eq!(cookie.len(), 43, "256 random bits");
    assert!(!page.location().unwrap().contains(&cookie));
    let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
    let claims = payload(tokens["id_token"].as_str().unwrap());
    assert_ne!(claims["sid"], cookie.as_str());
    assert!(!serde_json::to_string(&claims).unwrap().contains(&cookie));
    assert!(!tokens.to_string().contains(&cookie));
    let events = house.store.latest_events(20).await.unwrap();
    assert!(!events.is_empty());
    assert!(!format!("{events:?}").contains(&cookie));
    // Nor does the sid open anything.
    let mut other = house.browser();
    let sid = claims["sid"].as_str().unwrap().to_owned();
    other.cookies.insert("dingpass-session".to_owned(), sid);
    let ask = Ask::new().and("prompt", "none");
    let answer = Answer::of(&other.get(&ask.url(&house)).await);
    assert_eq!(answer.get("error"), Some("login_required"));
}

/// The flow's cookie lives as long as the flow, and its name is bound to one flow.
#[tokio::test]
async fn a_finished_flow_keeps_no_request_in_its_cookie() {
    let house = House::start().await;
    let mut browser = house.browser();
    let ask = Ask::new().and("nonce", &"x".repeat(1000));
    browser.follow(&ask.url(&house), REDIRECT).await;
    let (name, value) = browser
        .cookies
        .iter()
        .find(|(name, _)| name.starts_with("flow-"))
        .unwrap();
    assert!(value.len() < 300, "{name} {}", value.len());
}

/// Values that no cookie of ours has are looked at and forgotten.
#[tokio::test]
async fn odd_cookie_headers_do_no_harm() {
    let house = House::start().await;
    let long = format!("dingpass-session={}", "x".repeat(8000));
    for cookie in [
        "dingpass-session",
        "dingpass-session=",
        "dingpass-session=\"\"",
        "=;;=; dingpass-session=%00%FF",
        "dingpass-session=a; dingpass-session=b",
        "flow-=x; flow-../../x=y; flow-%00=z",
        &long,
    ] {
        let url = Ask::new().and("prompt", "none").url(&house);
        let answer = http()
            .get(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 303, "{cookie}");
        let location = answer.headers()["location"].to_str().unwrap();
        assert!(location.contains("error=login_required"), "{location}");
    }
    let bytes = http::HeaderValue::from_bytes(b"dingpass-session=\xff\xfe; flow-a=\xff").unwrap();
    let url = Ask::new().url(&house);
    let answer = http()
        .get(url)
        .header("cookie", bytes)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 303);
}

/// RFC 6265bis section 4.1.3.2: the browser guards the prefix as it is written, so that a
/// neighbouring host can set `%5F%5FHost-x` and not `__Host-x`.
#[tokio::test]
async fn a_name_that_only_decodes_to_ours_is_not_ours() {
    let house = House::plan()
        .issuer("https://login.acme.example")
        .start()
        .await;
    let mut browser = house.browser();
    sign_in_behind_proxy(&house, &mut browser).await;
    let (name, value) = browser
        .cookies
        .iter()
        .find(|(name, _)| name.contains("session"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .unwrap();
    let ask = Ask::new().with("prompt", "none").url(&house);
    let silent = async |cookies: String| {
        let answer = crate::support::http()
            .get(&ask)
            .header("cookie", cookies)
            .send()
            .await
            .unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    assert!(silent(format!("{name}={value}")).await.contains("code="));
    for tossed in ["%5F%5FHost-dingpass-session", "__%48ost-dingpass-session"] {
        let to = silent(format!("{tossed}={value}")).await;
        assert!(to.contains("login_required"), "{tossed}: {to}");
        let to = silent(format!("{name}={value}; {tossed}=another")).await;
        assert!(to.contains("code="), "{tossed}: {to}");
    }
    // Twice with two values: nobody knows which one the browser means.
    for both in [
        format!("{name}={value}; {name}=another"),
        format!("{name}=another; {name}={value}"),
    ] {
        assert!(silent(both).await.contains("login_required"));
    }
    let same = format!("{name}={value}; {name}={value}");
    assert!(silent(same).await.contains("code="));
}

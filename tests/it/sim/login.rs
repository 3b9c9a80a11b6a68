//! Section 1: the authorisation request and what comes back.

use reqwest::StatusCode;

use super::support::{CALLBACK, Sim, authorisation, changed, page};

/// Section 1.2: the same value under both names, then the state, unchanged.
#[tokio::test]
async fn success_redirects_with_code_and_auth_code_alike_and_the_state() {
    let sim = Sim::with_auto_login("first").await;
    let fields = changed(authorisation("openid"), "state", Some("a b+c/=&é"));
    let answer = sim.get(&page(&fields)).await;
    let location = answer.location.clone().expect("a Location");
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}"
    );
    assert_eq!(answer.redirected("code"), answer.redirected("authCode"));
    assert_eq!(answer.redirected("state").as_deref(), Some("a b+c/=&é"));
}

/// Section 1.1: the state is optional; none comes back when none was sent.
#[tokio::test]
async fn no_state_comes_back_when_none_was_sent() {
    let sim = Sim::with_auto_login("first").await;
    let answer = sim
        .get(&page(&changed(authorisation("openid"), "state", None)))
        .await;
    assert!(answer.redirected("code").is_some());
    assert_eq!(answer.redirected("state"), None);
}

/// Section 1.2: a refusal comes back as an error with the state, and nothing else.
#[tokio::test]
async fn denying_redirects_with_an_error_and_the_state_alone() {
    let sim = Sim::start().await;
    let mut fields = authorisation("openid");
    fields.extend([("userid", "zhangsan"), ("decision", "deny")]);
    let answer = sim.form("/oauth2/auth", &fields).await;
    let expected = format!("{CALLBACK}?error=access_denied&state=xyz");
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.location.as_deref(), Some(expected.as_str()));
}

/// Section 1.2: whatever is wrong with the request is shown at DingTalk; the app hears nothing.
#[tokio::test]
async fn a_faulty_request_ends_on_an_error_page_and_never_redirects() {
    let sim = Sim::with_auto_login("first").await;
    let faults: [(&str, Option<&str>); 15] = [
        ("prompt", None),
        ("prompt", Some("login")),
        ("client_id", None),
        ("client_id", Some("dingother")),
        ("redirect_uri", None),
        ("redirect_uri", Some("https://evil.example/callback/x")),
        ("response_type", None),
        ("response_type", Some("token")),
        ("response_type", Some("")),
        ("scope", None),
        ("scope", Some("profile")),
        ("scope", Some("openid profile")),
        ("scope", Some("corpid openid")),
        ("scope", Some("openid Contact.User.Read")),
        ("scope", Some("OpenID")),
    ];
    for (name, value) in faults {
        let fields = changed(authorisation("openid"), name, value);
        let by_page = sim.get(&page(&fields)).await;
        let mut submitted = fields.clone();
        submitted.extend([("userid", "zhangsan"), ("decision", "confirm")]);
        let by_form = sim.form("/oauth2/auth", &submitted).await;
        submitted.pop();
        submitted.push(("decision", "deny"));
        let by_denial = sim.form("/oauth2/auth", &submitted).await;
        for answer in [by_page, by_form, by_denial] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}={value:?}");
            assert_eq!(answer.location, None, "{name}={value:?}");
            assert!(answer.text.contains("无法登录"), "{name}={value:?}");
        }
    }
}

/// A parameter twice is read differently by different readers; neither reading is taken.
#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let sim = Sim::with_auto_login("first").await;
    let mut fields = authorisation("openid");
    fields.push(("redirect_uri", "http://127.0.0.1:8080/callback/other"));
    let answer = sim.get(&page(&fields)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

/// Section 1.1: the redirect URL has to be registered. Loopback callbacks are.
#[tokio::test]
async fn callbacks_on_any_loopback_port_are_registered() {
    let sim = Sim::with_auto_login("first").await;
    for target in [
        "http://127.0.0.1:1/callback/a",
        "http://127.0.0.1/callback/a",
        "http://localhost:3000/callback/a/b",
        "http://[::1]:65535/callback/a",
    ] {
        let fields = changed(authorisation("openid"), "redirect_uri", Some(target));
        let answer = sim.get(&page(&fields)).await;
        let location = answer.location.unwrap_or_default();
        assert!(
            location.starts_with(&format!("{target}?code=")),
            "{target}: {location}"
        );
    }
}

/// What only looks like a loopback callback is not registered.
#[tokio::test]
async fn tricks_with_the_redirect_url_are_refused() {
    let sim = Sim::with_auto_login("first").await;
    for target in [
        "http://127.0.0.1@evil.example/callback/a",
        "http://127.0.0.1:80@evil.example/callback/a",
        "http://user@127.0.0.1/callback/a",
        "http://:secret@127.0.0.1/callback/a",
        "http://127.0.0.1.evil.example/callback/a",
        "http://localhost.evil.example/callback/a",
        "http://evil.example\\@127.0.0.1/callback/a",
        "http://evil.example/callback/a?x=http://127.0.0.1/callback/",
        "https://127.0.0.1/callback/a",
        "ftp://127.0.0.1/callback/a",
        "http://127.0.0.1/callback",
        "http://127.0.0.1/callback/",
        "http://127.0.0.1/Callback/a",
        "http://127.0.0.1/callbacks/a",
        "http://127.0.0.1/x/callback/a",
        "http://127.0.0.1/callback/../admin",
        "http://127.0.0.1/callback/%2e%2e/admin",
        "http://127.0.0.1/callback/a#fragment",
        "http://127.0.0.2/callback/a",
        "http://0.0.0.0/callback/a",
        "http://10.0.0.1/callback/a",
        "/callback/a",
        "javascript:alert(1)//callback/a",
    ] {
        let fields = changed(authorisation("openid"), "redirect_uri", Some(target));
        let answer = sim.get(&page(&fields)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(answer.location, None, "{target}");
    }
}

/// Further redirect URLs count as they are written, and their own query stays.
#[tokio::test]
async fn a_further_redirect_url_is_compared_exactly_and_keeps_its_query() {
    let registered = "https://app.example/in?tenant=a%20b";
    let sim = Sim::with(|settings| {
        settings.redirects = vec![registered.to_owned()];
        settings.auto_login = Some("first".parse().expect("infallible"));
    })
    .await;
    let ask = |target| {
        page(&changed(
            authorisation("openid"),
            "redirect_uri",
            Some(target),
        ))
    };
    let answer = sim.get(&ask(registered)).await;
    let location = answer.location.unwrap_or_default();
    assert!(
        location.starts_with(&format!("{registered}&code=")),
        "{location}"
    );
    for other in [
        "https://app.example/in",
        "https://app.example/in?tenant=a%20b&x=1",
        "https://app.example/in?tenant=a+b",
        "https://APP.example/in?tenant=a%20b",
    ] {
        let answer = sim.get(&ask(other)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{other}");
    }
}

/// The login page keeps no session: the next visit asks again.
#[tokio::test]
async fn every_visit_asks_again() {
    let sim = Sim::start().await;
    sim.code("zhangsan").await;
    let answer = sim.get(&page(&authorisation("openid"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("id=\"confirm\""));
}

#[tokio::test]
async fn the_automatic_login_signs_in_the_person_named() {
    let sim = Sim::with_auto_login("lina").await;
    let answer = sim.get(&page(&authorisation("openid"))).await;
    let code = answer.redirected("code").expect("a code");
    let token = sim.redeem(&code).await.json();
    let token = token["accessToken"].as_str().expect("a token");
    assert_eq!(sim.me(token).await.json()["nick"], "Nana");
}

/// An automatic login of someone who has meanwhile been removed does not fall back to another.
#[tokio::test]
async fn the_automatic_login_of_nobody_is_an_error_page() {
    let sim = Sim::with_auto_login("lina").await;
    sim.delete("/_sim/people/lina").await;
    let answer = sim.get(&page(&authorisation("openid"))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

//! Section 1: the authorisation request and what comes back.

use reqwest::StatusCode;
use serde_json::json;

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

/// Section 1.2: older sign-ins carried `authCode` alone; the switch brings that back, or the other
/// name alone.
#[tokio::test]
async fn the_code_comes_back_under_the_names_that_the_switch_says() {
    let sim = Sim::with_auto_login("first").await;
    let sign_in = async || sim.get(&page(&authorisation("openid"))).await;
    for (carries, code, auth_code) in [
        ("authCode", false, true),
        ("code", true, false),
        ("both", true, true),
    ] {
        let body = json!({ "carries": carries });
        let switched = sim.put("/_sim/callback", &body).await;
        assert_eq!(switched.status, StatusCode::OK);
        assert_eq!(sim.get("/_sim/callback").await.json(), body);
        let answer = sign_in().await;
        assert_eq!(answer.redirected("code").is_some(), code, "{carries}");
        let other = answer.redirected("authCode");
        assert_eq!(other.is_some(), auth_code, "{carries}");
        assert_eq!(answer.redirected("state").as_deref(), Some("xyz"));
        let code = answer.redirected("code").or(other).expect("a code");
        assert_eq!(sim.redeem(&code).await.status, StatusCode::OK);
    }
    sim.put("/_sim/callback", &json!({"carries": "code"})).await;
    sim.delete("/_sim/callback").await;
    assert!(sign_in().await.redirected("authCode").is_some());
    let unknown = sim.put("/_sim/callback", &json!({"carries": "x"})).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

/// Section 1.1: `corpId` must be one the person belongs to; neither an automatic login nor the
/// form goes on with another one.
#[tokio::test]
async fn an_organisation_that_is_not_the_persons_is_an_error_page() {
    let sim = Sim::with_auto_login("lisi").await;
    for corp_id in ["dingothercorp", "dingnowhere"] {
        let mut fields = authorisation("openid corpid");
        fields.push(("corpId", corp_id));
        let automatic = sim.get(&page(&fields)).await;
        // Another organisation picked in the form does not heal it.
        for picked in ["dingsimcorp", "dingothercorp"] {
            let mut submitted = fields.clone();
            submitted.extend([
                ("userid", "lisi"),
                ("corp_id", picked),
                ("decision", "confirm"),
            ]);
            let by_form = sim.form("/oauth2/auth", &submitted).await;
            for answer in [&automatic, &by_form] {
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{corp_id}");
                assert_eq!(answer.location, None, "{corp_id}");
                assert!(answer.text.contains("无法登录"), "{corp_id}");
            }
        }
    }
    let mut own = authorisation("openid corpid");
    own.push(("corpId", "dingsimcorp"));
    assert_eq!(sim.get(&page(&own)).await.status, StatusCode::FOUND);
}

/// Section 1.1: `corpId` counts with the scope `corpid` only.
#[tokio::test]
async fn an_organisation_without_the_scope_is_not_looked_at() {
    let sim = Sim::with_auto_login("lisi").await;
    let mut fields = authorisation("openid");
    fields.push(("corpId", "dingothercorp"));
    assert_eq!(sim.get(&page(&fields)).await.status, StatusCode::FOUND);
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

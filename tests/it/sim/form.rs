//! Section 1: the page itself, which works without script.

use reqwest::StatusCode;

use super::support::{Sim, authorisation, changed, page};

/// How often `part` occurs in `text`.
fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[tokio::test]
async fn the_first_person_is_chosen_and_two_buttons_decide() {
    let sim = Sim::start().await;
    let text = sim.get(&page(&authorisation("openid"))).await.text;
    assert!(text.contains("value=\"zhangsan\" checked"), "{text}");
    assert_eq!(count(&text, " checked"), 1);
    assert_eq!(count(&text, "<button id=\"confirm\""), 1);
    assert_eq!(count(&text, "<button id=\"deny\""), 1);
    assert!(text.contains("模拟钉钉 · DingTalk simulator"));
    assert!(!text.contains("<script"), "works without script");
    assert!(
        text.find("id=\"confirm\"") < text.find("id=\"deny\""),
        "Enter confirms"
    );
}

/// Thirty people and more, the leaver, the contact and the other organisation among them; who is
/// in two organisations is one person.
#[tokio::test]
async fn everyone_with_a_dingtalk_account_can_be_chosen_once() {
    let sim = Sim::start().await;
    let text = sim.get(&page(&authorisation("openid"))).await.text;
    assert_eq!(count(&text, "name=\"userid\""), 32);
    for key in ["zhaoliu", "waibu", "malei", "dingothercorp/zhangsan"] {
        assert!(text.contains(&format!("value=\"{key}\"")), "{key}");
    }
    assert!(!text.contains("dingothercorp/linwan"));
}

/// Section 1.1: organisations are offered where the scope has `corpid`, and only there.
#[tokio::test]
async fn organisations_are_offered_with_the_scope_corpid_alone() {
    let sim = Sim::start().await;
    let without = sim.get(&page(&authorisation("openid"))).await.text;
    assert_eq!(count(&without, "name=\"corp_id\""), 0);
    let with = sim.get(&page(&authorisation("openid corpid"))).await.text;
    assert_eq!(count(&with, "name=\"corp_id\""), 2);
    assert!(with.contains("value=\"dingsimcorp\" checked"));
    let mut fields = authorisation("openid corpid");
    fields.push(("corpId", "dingothercorp"));
    let preset = sim.get(&page(&fields)).await.text;
    assert!(preset.contains("value=\"dingothercorp\" checked"));
    assert!(!preset.contains("value=\"dingsimcorp\" checked"));
}

/// Section 1.1: `exclusiveLogin` is for exclusive accounts.
#[tokio::test]
async fn an_exclusive_login_offers_exclusive_accounts_alone() {
    let sim = Sim::start().await;
    let mut fields = authorisation("openid");
    fields.push(("exclusiveLogin", "true"));
    let text = sim.get(&page(&fields)).await.text;
    assert_eq!(count(&text, "name=\"userid\""), 2);
    assert!(text.contains("value=\"ruanzy\" checked"));
}

/// The picked organisation must be the person's own; otherwise the form returns as it was left.
#[tokio::test]
async fn a_person_outside_the_organisation_picked_is_asked_again() {
    let sim = Sim::start().await;
    let mut fields = authorisation("openid corpid");
    fields.extend([
        ("userid", "lisi"),
        ("corp_id", "dingothercorp"),
        ("decision", "confirm"),
    ]);
    let answer = sim.form("/oauth2/auth", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.location, None);
    assert!(answer.text.contains("value=\"lisi\" checked"));
    assert!(answer.text.contains("value=\"dingothercorp\" checked"));
    assert!(answer.text.contains("role=\"alert\""));
}

/// Section 1.1: `org_type=management` is for organisations the person administers.
#[tokio::test]
async fn a_management_login_takes_administrators_alone() {
    let sim = Sim::start().await;
    for (userid, status) in [
        ("lisi", StatusCode::FOUND),
        ("lina", StatusCode::BAD_REQUEST),
    ] {
        let mut fields = authorisation("openid corpid");
        fields.extend([
            ("org_type", "management"),
            ("userid", userid),
            ("corp_id", "dingsimcorp"),
            ("decision", "confirm"),
        ]);
        let answer = sim.form("/oauth2/auth", &fields).await;
        assert_eq!(answer.status, status, "{userid}");
    }
}

/// What the form brings back is not believed.
#[tokio::test]
async fn a_form_without_decision_or_with_an_unknown_person_is_refused() {
    let sim = Sim::start().await;
    let mut undecided = authorisation("openid");
    undecided.push(("userid", "zhangsan"));
    let mut nobody = authorisation("openid");
    nobody.extend([("userid", "nobody"), ("decision", "confirm")]);
    let mut unnamed = authorisation("openid");
    unnamed.push(("decision", "confirm"));
    for fields in [undecided, nobody, unnamed] {
        let answer = sim.form("/oauth2/auth", &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert_eq!(answer.location, None);
    }
}

/// Names and the state come from outside and are text, not markup.
#[tokio::test]
async fn nothing_from_outside_becomes_markup() {
    let sim = Sim::start().await;
    let state = "\"><script>alert(1)</script>";
    let fields = changed(authorisation("openid"), "state", Some(state));
    let text = sim.get(&page(&fields)).await.text;
    assert!(!text.contains("<script"));
    assert!(
        !text.contains("<Qiang>"),
        "a nickname of the built-in people"
    );
    let unknown = changed(authorisation("openid"), "client_id", Some("<script>"));
    assert!(!sim.get(&page(&unknown)).await.text.contains("<script"));
}

/// A browser applies `form-action` to the redirects after a submission, also to the ones that the
/// app answers with: those go to origins that nobody here can know.
#[tokio::test]
async fn the_policy_lets_nothing_in_and_the_submission_out() {
    let sim = Sim::start().await;
    let answer = sim.get(&page(&authorisation("openid"))).await;
    assert!(answer.policy.contains("default-src 'none'"));
    assert!(answer.policy.contains("form-action 'self' http: https:"));
    assert!(answer.policy.contains("frame-ancestors 'none'"));
    let style = sim.get("/_sim/style.css").await;
    assert_eq!(style.status, StatusCode::OK);
    assert!(style.content_type.starts_with("text/css"));
}

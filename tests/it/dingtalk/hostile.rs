//! What people can write about themselves, and what a hostile answer can hold: it ends up in
//! tokens, log lines and other people's databases.

use dingpass::upstream::Cause;
use serde_json::{Value, json};

use super::mock::{Mock, member};
use super::{ME, USER, USER_TOKEN, cause, identify, provider, settings};

async fn profile(entry: &Value) -> dingpass::domain::identity::Profile {
    let mock = Mock::start().await;
    mock.result(USER, entry);
    let identity = identify(&provider(settings(&mock.url))).await.unwrap();
    identity.profile
}

fn changed(field: &str, value: Value) -> Value {
    let mut entry = member();
    entry[field] = value;
    entry
}

/// DingTalk section 4: nick is the person's own word.
#[tokio::test]
async fn characters_that_nobody_sees_are_taken_out_of_names() {
    let mock = Mock::start().await;
    let nick = "\u{202e}\u{200b}Boss\0\r\n\u{1b}[31m\u{feff}";
    mock.json(ME, &json!({"nick": nick, "unionId": "union1"}));
    mock.result(USER, &changed("name", json!("张\0三\u{202e}\n")));
    let identity = identify(&provider(settings(&mock.url))).await.unwrap();
    assert_eq!(identity.profile.nickname.as_deref(), Some("Boss[31m"));
    assert_eq!(identity.profile.name.as_deref(), Some("张三"));
}

#[tokio::test]
async fn a_name_or_a_title_is_cut_and_one_of_nothing_visible_is_none() {
    let long = profile(&changed("title", json!("长".repeat(300_000)))).await;
    assert_eq!(long.title.unwrap().chars().count(), 256);
    let empty = profile(&changed("title", json!("\u{200b}\u{202e} "))).await;
    assert_eq!(empty.title, None);
}

#[tokio::test]
async fn more_departments_than_anybody_has_are_cut_off() {
    let many: Vec<i64> = (1..100_000).collect();
    let departments = profile(&changed("dept_id_list", json!(many)))
        .await
        .departments;
    assert_eq!(departments.len(), 200);
}

#[tokio::test]
async fn a_portrait_is_a_url_of_the_web_or_none() {
    for odd in [
        "javascript:alert(1)",
        "data:image/svg+xml,x",
        "//cdn.example/x",
        "x",
    ] {
        let found = profile(&changed("avatar", json!(odd))).await.picture;
        assert_eq!(found, None, "{odd}");
    }
    let long = format!("https://cdn.example/{}", "x".repeat(3000));
    assert_eq!(profile(&changed("avatar", json!(long))).await.picture, None);
    let written = "https://cdn.example/a\"><script>\n.jpg";
    let found = profile(&changed("avatar", json!(written))).await.picture;
    assert_eq!(
        found.as_deref(),
        Some("https://cdn.example/a%22%3E%3Cscript%3E.jpg")
    );
}

/// An identifier becomes a user name somewhere: `adm\u{200b}in` is not to look like `admin`.
#[tokio::test]
async fn an_identifier_with_characters_that_nobody_sees_is_refused() {
    for odd in ["adm\u{200b}in", "adm\u{202e}in", "a\u{ad}b", "a\u{feff}"] {
        let mock = Mock::start().await;
        mock.result(
            super::BY_UNION_ID,
            &json!({"contact_type": 0, "userid": odd}),
        );
        assert_eq!(cause(&mock).await, Some(Cause::Unintelligible), "{odd:?}");
    }
}

/// DingTalk section 0.2: documents print booleans as text. What is neither yes nor no lets
/// nobody in.
#[tokio::test]
async fn a_status_that_can_t_be_read_fails_closed() {
    for (value, expected) in [
        (json!(true), Some(Cause::PersonDisabled)),
        (json!("True"), Some(Cause::PersonDisabled)),
        (json!("1"), Some(Cause::PersonDisabled)),
        (json!(1), Some(Cause::PersonDisabled)),
        (json!("yes"), Some(Cause::Unintelligible)),
        (json!(["true"]), Some(Cause::Unintelligible)),
        (json!(2), Some(Cause::Unintelligible)),
        (json!("false"), None),
        (json!("False"), None),
        (json!(0), None),
        (json!(null), None),
    ] {
        let mock = Mock::start().await;
        mock.result(USER, &changed("disable_status", value.clone()));
        assert_eq!(cause(&mock).await, expected, "{value}");
    }
    for value in [json!("yes"), json!([]), json!("True"), json!("1")] {
        let exclusive = profile(&changed("exclusive_account", value.clone())).await;
        assert!(
            exclusive.exclusive,
            "{value}: its number is proved by nobody"
        );
    }
}

/// The name of a missing permission goes into a log line and onto a page.
#[tokio::test]
async fn what_is_no_name_of_a_permission_is_not_passed_on() {
    for odd in [
        "X\n2026-11-25T00:00:00Z ERROR dingpass::forged".to_owned(),
        "\u{1b}[31mred".to_owned(),
        "x".repeat(300_000),
        "a b".to_owned(),
    ] {
        let mock = Mock::start().await;
        let body = json!({
            "code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", "requestid": odd,
            "message": "没有权限", "accessdenieddetail": {"requiredScopes": [odd]},
        });
        mock.reply(USER_TOKEN, 403, &body.to_string());
        let error = identify(&provider(settings(&mock.url))).await.unwrap_err();
        assert_eq!(error.cause, Cause::PermissionMissing);
        assert_eq!(error.detail.permission, None);
        assert_eq!(error.detail.request_id, None);
        assert!(error.to_string().len() < 200);
    }
}

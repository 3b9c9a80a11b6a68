//! Tokens and accounts from a new-dialect host that answers anything at all.

use dingpass::upstream::Cause;
use serde_json::{Value, json};

use super::mock::Mock;
use super::{APP_TOKEN, BY_UNION_ID, ME, USER, USER_TOKEN, cause, identify, provider, settings};

/// DingTalk section 0.2: an unknown path answers 200 in the old style.
#[tokio::test]
async fn a_200_without_the_field_that_was_asked_for_is_no_token_and_nobody() {
    let empty = [
        "{}",
        "",
        "[]",
        r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#,
        r#"{"accessToken":"","unionId":""}"#,
        r#"{"accessToken":null,"unionId":null}"#,
        r#"{"accessToken":{},"unionId":[]}"#,
    ];
    for path in [USER_TOKEN, ME, APP_TOKEN] {
        for body in empty {
            let mock = Mock::start().await;
            mock.reply(path, 200, body);
            let cause = cause(&mock).await;
            assert_eq!(cause, Some(Cause::Unintelligible), "{path} {body}");
        }
    }
}

/// CONTRIBUTING.md, Old attacks: odd identifiers are refused, never repaired.
#[tokio::test]
async fn a_union_id_that_is_no_plain_identifier_is_refused_as_it_stands() {
    for id in [
        "union1\n",
        " union1",
        "uni on1",
        "union1\u{0}",
        "uni\u{2028}on1",
    ] {
        let mock = Mock::start().await;
        mock.json(ME, &json!({"unionId": id}));
        assert_eq!(cause(&mock).await, Some(Cause::Unintelligible), "{id:?}");
        assert!(mock.seen(BY_UNION_ID).is_empty(), "{id:?} was looked up");
    }
}

/// DingTalk section 0.2: errors by their names, old and new spelling of the keys.
#[tokio::test]
async fn errors_are_told_apart_by_their_names_and_throttling_comes_before_permission() {
    let cases = [
        (
            400,
            "invalidParameter.authCode.notFound",
            Cause::CodeRefused,
        ),
        (400, "invalidClientIdOrSecret", Cause::CredentialsRefused),
        (401, "unauthorized.client", Cause::CredentialsRefused),
        (
            403,
            "Forbidden.AccessDenied.AccessTokenPermissionDenied",
            Cause::PermissionMissing,
        ),
        (
            403,
            "Forbidden.AccessDenied.IpNotInWhiteList",
            Cause::AddressNotAllowed,
        ),
        (
            403,
            "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
            Cause::Throttled,
        ),
        (
            403,
            "Forbidden.AccessDenied.QpsLimitForApi",
            Cause::Throttled,
        ),
        (
            403,
            "Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi",
            Cause::Throttled,
        ),
        (
            403,
            "Forbidden.AccessDenied.ApiCountLimitForOrg",
            Cause::QuotaSpent,
        ),
        (403, "forbidden.user.notInOrg", Cause::NotAMember),
        (500, "system.busy", Cause::Busy),
        (500, "systemBusy", Cause::Busy),
        (500, "server.error", Cause::Busy),
        (500, "unknownError", Cause::Failed),
        (403, "Forbidden.Something.New", Cause::Unexpected),
    ];
    for (status, code, expected) in cases {
        for (code_key, id_key) in [("code", "requestid"), ("Code", "RequestId")] {
            let mock = Mock::start().await;
            let body = json!({code_key: code, "message": "…", id_key: "01A08FE7"});
            mock.reply(USER_TOKEN, status, &body.to_string());
            let error = identify(&provider(settings(&mock.url))).await.unwrap_err();
            assert_eq!(error.cause, expected, "{status} {code}");
            assert_eq!(error.detail.code.as_deref(), Some(code));
            assert_eq!(error.detail.request_id.as_deref(), Some("01A08FE7"));
            assert_eq!(error.detail.call, "oauth2/userAccessToken");
        }
    }
}

/// CONTRIBUTING.md, Decisions: with `ask_organisation`, the chosen organisation is ours.
#[tokio::test]
async fn asked_for_an_organisation_the_answer_must_name_exactly_ours() {
    for corp in [
        Value::Null,
        json!(""),
        json!("dingothercorp"),
        json!("DINGSIMCORP"),
        json!([]),
    ] {
        let mock = Mock::start().await;
        mock.json(
            USER_TOKEN,
            &json!({"accessToken": "user-token", "corpId": corp}),
        );
        let mut settings = settings(&mock.url);
        settings.ask_organisation = true;
        let error = identify(&provider(settings)).await.unwrap_err();
        assert_eq!(error.cause, Cause::OtherOrganisation, "{corp}");
        assert!(mock.seen(ME).is_empty(), "went on with {corp}");
    }
    let mock = Mock::start().await;
    let ours = json!({"accessToken": "user-token", "corpId": "dingsimcorp"});
    mock.json(USER_TOKEN, &ours);
    let mut settings = settings(&mock.url);
    settings.ask_organisation = true;
    assert!(identify(&provider(settings)).await.is_ok());
}

/// DingTalk sections 0.2, 3, 4, 5: JSON bodies, the header that alone is looked at, the old
/// dialect's token in the query; the secret in no URL.
#[tokio::test]
async fn the_five_calls_are_made_as_dingtalk_wants_them() {
    let mock = Mock::start().await;
    identify(&provider(settings(&mock.url))).await.unwrap();
    let body = |path: &str| -> Value {
        let seen = mock.seen(path);
        assert_eq!(seen.len(), 1, "{path}");
        assert!(!seen[0].query.contains("secret"), "{path}");
        serde_json::from_str(&seen[0].body).unwrap_or(Value::Null)
    };
    assert_eq!(
        body(USER_TOKEN),
        json!({"clientId": "dingsimapp", "clientSecret": "dingsimsecret", "code": "c",
               "grantType": "authorization_code"})
    );
    assert_eq!(
        body(APP_TOKEN),
        json!({"appKey": "dingsimapp", "appSecret": "dingsimsecret"})
    );
    assert_eq!(body(BY_UNION_ID), json!({"unionid": "union1"}));
    assert_eq!(body(USER), json!({"userid": "zhangsan"}));
    assert_eq!(body(ME), Value::Null);
    let me = &mock.seen(ME)[0];
    assert_eq!(me.headers["x-acs-dingtalk-access-token"], "user-token");
    assert!(!me.headers.contains_key("authorization") && me.query.is_empty());
    for path in [BY_UNION_ID, USER] {
        assert_eq!(mock.seen(path)[0].query, "access_token=app-token");
    }
}

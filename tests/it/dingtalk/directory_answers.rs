//! The gate against a directory that answers anything at all: only its plain yes opens it.

use dingpass::upstream::Cause;
use serde_json::{Value, json};

use super::mock::{Mock, member};
use super::{BY_UNION_ID, USER, cause, identify, provider, settings};

async fn cause_of_answer(path: &str, status: u16, body: &str) -> Option<Cause> {
    let mock = Mock::start().await;
    mock.reply(path, status, body);
    let cause = cause(&mock).await;
    if cause.is_some() && path == BY_UNION_ID {
        assert!(mock.seen(USER).is_empty(), "went on after {body}");
    }
    cause
}

/// DingTalk section 0.2: the examples print numbers as strings, the tables say numbers.
#[tokio::test]
async fn a_plain_yes_opens_the_gate_with_numbers_written_as_text_too() {
    for body in [
        json!({"errcode": 0, "result": {"contact_type": 0, "userid": "zhangsan"}}),
        json!({"errcode": "0", "errmsg": "ok", "result": {"contact_type": "0", "userid": "zhangsan"}}),
        json!({"errcode": 0, "result": {"contactType": 0, "userId": "zhangsan"}}),
    ] {
        let cause = cause_of_answer(BY_UNION_ID, 200, &body.to_string()).await;
        assert_eq!(cause, None, "{body}");
    }
}

/// DingTalk section 11.1: errcode 0 and contact_type 0, nothing else.
#[tokio::test]
async fn a_contact_type_other_than_zero_is_not_a_member() {
    let odd: [(Value, Cause); 14] = [
        (json!(1), Cause::ExternalContact),
        (json!("1"), Cause::ExternalContact),
        (json!(2), Cause::ExternalContact),
        (json!(-1), Cause::ExternalContact),
        (Value::Null, Cause::Unintelligible),
        (json!(-0.0), Cause::Unintelligible),
        (json!(0.5), Cause::Unintelligible),
        (json!(""), Cause::Unintelligible),
        (json!("employee"), Cause::Unintelligible),
        (json!("0x0"), Cause::Unintelligible),
        (json!(false), Cause::Unintelligible),
        (json!([0]), Cause::Unintelligible),
        (json!({}), Cause::Unintelligible),
        (json!(18_446_744_073_709_551_615_u64), Cause::Unintelligible),
    ];
    for (value, expected) in odd {
        let body = json!({"errcode": 0, "result": {"contact_type": value, "userid": "zhangsan"}});
        let cause = cause_of_answer(BY_UNION_ID, 200, &body.to_string()).await;
        assert_eq!(cause, Some(expected), "{body}");
    }
    let missing = r#"{"errcode":0,"result":{"userid":"zhangsan"}}"#;
    let negative = r#"{"errcode":0,"result":{"contact_type":-0,"userid":"zhangsan"}}"#;
    for body in [missing, negative] {
        let cause = cause_of_answer(BY_UNION_ID, 200, body).await;
        assert_eq!(cause, Some(Cause::Unintelligible), "{body}");
    }
}

/// CONTRIBUTING.md, Old attacks: odd identifiers are refused, never repaired.
#[tokio::test]
async fn a_userid_that_is_no_plain_identifier_is_refused_as_it_stands() {
    let long = "u".repeat(129);
    for userid in [
        json!(""),
        Value::Null,
        json!({}),
        json!(["zhangsan"]),
        json!("zhang san"),
        json!("zhangsan\n"),
        json!(" zhangsan"),
        json!("zhangsan\u{0}"),
        json!("zhang\r\nsan"),
        json!("zhangsan\u{85}"),
        json!("zhangsan\u{a0}"),
        json!(long),
    ] {
        let body = json!({"errcode": 0, "result": {"contact_type": 0, "userid": userid}});
        let cause = cause_of_answer(BY_UNION_ID, 200, &body.to_string()).await;
        assert_eq!(cause, Some(Cause::Unintelligible), "{body}");
    }
    let missing = r#"{"errcode":0,"result":{"contact_type":0}}"#;
    let cause = cause_of_answer(BY_UNION_ID, 200, missing).await;
    assert_eq!(cause, Some(Cause::Unintelligible));
}

/// DingTalk section 0.2: a bare 200 proves nothing, unknown paths answer it too.
#[tokio::test]
async fn an_answer_without_errcode_and_result_opens_nothing() {
    let yes = r#"{"contact_type":0,"userid":"zhangsan"}"#;
    let wrapped = format!(r#"{{"errcode":0,"result":{yes}}}"#);
    let cases = [
        (200, String::new(), Cause::Unintelligible),
        (200, "{}".to_owned(), Cause::Unintelligible),
        (200, "null".to_owned(), Cause::Unintelligible),
        (200, "0".to_owned(), Cause::Unintelligible),
        (200, format!("[{wrapped}]"), Cause::Unintelligible),
        (200, yes.to_owned(), Cause::Unintelligible),
        (200, format!(r#"{{"result":{yes}}}"#), Cause::Unintelligible),
        (
            200,
            format!(r#"{{"errcode":null,"result":{yes}}}"#),
            Cause::Unintelligible,
        ),
        (
            200,
            format!(r#"{{"errcode":false,"result":{yes}}}"#),
            Cause::Unintelligible,
        ),
        (
            200,
            format!(r#"{{"errcode":"ok","result":{yes}}}"#),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":0,"errmsg":"ok"}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":0,"result":null}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":0,"result":[]}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            format!(r#"{{"errcode":0,"result":[{yes}]}}"#),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":0,"result":"zhangsan"}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            r#"{"errcode":22,"sub_msg":"不合法ApiName"}"#.to_owned(),
            Cause::Unintelligible,
        ),
        (
            200,
            "<html><body>405</body></html>".to_owned(),
            Cause::Blocked,
        ),
        (200, "  \n<!DOCTYPE html>".to_owned(), Cause::Blocked),
        (
            200,
            r#"{"status":1111,"source":"x5","punish":"deny"}"#.to_owned(),
            Cause::Blocked,
        ),
        (302, wrapped.clone(), Cause::Unintelligible),
        (404, wrapped.clone(), Cause::Unintelligible),
        (500, wrapped, Cause::Busy),
    ];
    for (status, body, expected) in cases {
        let cause = cause_of_answer(BY_UNION_ID, status, &body).await;
        assert_eq!(cause, Some(expected), "{status} {body}");
    }
}

/// DingTalk section 0.2: the gateway's failures are wrapped as 88, the code in `sub_code` as
/// text, or only in the message.
#[tokio::test]
async fn the_code_behind_88_is_found_as_text_as_a_number_and_in_the_message() {
    let cases = [
        (
            json!({"errcode": 60121, "errmsg": "找不到该用户"}),
            Cause::NotAMember,
        ),
        (json!({"errcode": "60121"}), Cause::NotAMember),
        (
            json!({"errcode": 88, "sub_code": "60121"}),
            Cause::NotAMember,
        ),
        (json!({"errcode": 88, "sub_code": 60121}), Cause::NotAMember),
        (
            json!({"errcode": "88", "sub_code": "60020"}),
            Cause::AddressNotAllowed,
        ),
        (
            json!({"errcode": 88, "errmsg": "ding talk error[subcode=90018,submsg=频率过高]"}),
            Cause::Throttled,
        ),
        (
            json!({"errcode": 88, "sub_code": "", "errmsg": "ding talk error[subcode=60011,submsg=x]"}),
            Cause::PermissionMissing,
        ),
        (
            json!({"errcode": 88, "errmsg": "ding talk error"}),
            Cause::Unexpected,
        ),
        (
            json!({"errcode": 88, "sub_code": "0",
                   "result": {"contact_type": 0, "userid": "zhangsan"}}),
            Cause::Unexpected,
        ),
        (json!({"errcode": 12345}), Cause::Unexpected),
    ];
    for (body, expected) in cases {
        let cause = cause_of_answer(BY_UNION_ID, 200, &body.to_string()).await;
        assert_eq!(cause, Some(expected), "{body}");
    }
}

/// CONTRIBUTING.md, Old attacks: value and proof come from one document about one person.
#[tokio::test]
async fn the_directorys_entry_must_be_of_the_person_who_was_asked_for() {
    let changes = [
        json!({"userid": "lisi"}),
        json!({"userid": "ZhangSan"}),
        json!({"userid": "zhangsan "}),
        json!({"userid": null}),
        json!({"unionid": "union2"}),
        json!({"unionid": "UNION1"}),
        json!({"unionid": "union1\n"}),
        json!({"unionid": ""}),
        json!({"unionid": null}),
    ];
    for change in changes {
        let mut entry = member();
        for (name, value) in change.as_object().unwrap() {
            entry[name] = value.clone();
        }
        let body = json!({"errcode": 0, "result": entry}).to_string();
        let cause = cause_of_answer(USER, 200, &body).await;
        assert_eq!(cause, Some(Cause::Unintelligible), "{change}");
    }
}

/// DingTalk section 6.2: the organisation can disable its exclusive accounts.
#[tokio::test]
async fn a_disabled_account_is_refused() {
    let disabled = [json!({"errcode": 60120, "errmsg": "用户已停用"}), {
        let mut entry = member();
        entry["exclusive_account"] = true.into();
        entry["disable_status"] = true.into();
        json!({"errcode": 0, "result": entry})
    }];
    for body in disabled {
        let cause = cause_of_answer(USER, 200, &body.to_string()).await;
        assert_eq!(cause, Some(Cause::PersonDisabled), "{body}");
    }
}

/// DingTalk section 11.16: every field but the identifiers may be missing or odd.
#[tokio::test]
async fn a_member_of_whom_nothing_but_the_identifiers_is_known_signs_in() {
    let bare = json!({"userid": "zhangsan", "unionid": "union1"});
    let odd = json!({
        "userid": "zhangsan", "unionid": "union1", "name": "", "avatar": 7, "mobile": null,
        "state_code": {}, "email": [], "org_email": false, "dept_id_list": "none",
        "role_list": {"id": "100"}, "exclusive_account": "perhaps",
    });
    for entry in [bare, odd] {
        let mock = Mock::start().await;
        mock.result(USER, &entry);
        let identity = identify(&provider(settings(&mock.url))).await.unwrap();
        assert_eq!(identity.link.person, "union1");
        assert_eq!(identity.profile.name, None);
        assert_eq!(identity.profile.phone, None);
        assert_eq!(identity.profile.departments, Vec::<i64>::new());
    }
}

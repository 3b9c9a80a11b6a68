//! profile, groups, dingtalk.

use serde_json::json;

use super::{change, claims, entry, object};
use crate::support::House;

/// OIDC Core section 5.4, CONTRIBUTING.md, Decisions
#[tokio::test]
async fn each_scope_brings_exactly_its_claims() {
    let house = House::start().await;
    let unionid = entry(&house, "zhangsan").await["unionid"].clone();
    assert_eq!(claims(&house, "zhangsan", &[]).await, object(json!({})));
    let mut profile = claims(&house, "zhangsan", &["profile"]).await;
    assert!(profile.remove("updated_at").unwrap().is_i64());
    assert_eq!(
        profile,
        object(json!({
            "name": "张三", "nickname": "三哥", "preferred_username": "zhangsan",
            "picture": "https://static-legacy.dingtalk.com/media/sim-zhangsan.jpg",
        }))
    );
    for (scope, expected) in [
        (
            "email",
            json!({"email": "zhangsan@xinghe.example", "email_verified": true}),
        ),
        (
            "phone",
            json!({"phone_number": "+8613900001001", "phone_number_verified": true}),
        ),
        (
            "groups",
            json!({"groups": ["dept:5", "dept:12", "role:103", "role:201"]}),
        ),
        (
            "dingtalk",
            json!({"dingtalk_userid": "zhangsan", "dingtalk_unionid": unionid,
                   "dingtalk_corpid": "dingsimcorp", "title": "高级工程师",
                   "job_number": "XH1001"}),
        ),
    ] {
        assert_eq!(
            claims(&house, "zhangsan", &[scope]).await,
            object(expected),
            "{scope}"
        );
    }
}

/// OIDC Core section 5.3.2: a claim without a value is left out, not null and not empty.
#[tokio::test]
async fn what_is_not_known_is_left_out() {
    let house = House::start().await;
    let all = ["profile", "email", "phone", "groups", "dingtalk"];
    change(&house, "wuhao", json!({"title": "", "job_number": " "})).await;
    let wuhao = claims(&house, "wuhao", &all).await;
    for absent in [
        "picture",
        "email",
        "email_verified",
        "title",
        "job_number",
        "locale",
        "zoneinfo",
    ] {
        assert!(!wuhao.contains_key(absent), "{absent}: {wuhao:?}");
    }
    assert_eq!(wuhao["name"], "吴昊");
    for userid in ["zhangsan", "wuhao", "heping", "hanxue", "ruanzy", "xiaoyu"] {
        for (name, value) in claims(&house, userid, &all).await {
            let empty = value.is_null() || value == "" || value == json!([]);
            assert!(!empty, "{userid}: {name} is {value}");
        }
    }
}

/// CONTRIBUTING.md, Old attacks: a name is text, whatever stands in it.
#[tokio::test]
async fn names_are_handed_on_as_they_are_written() {
    let house = House::start().await;
    for (userid, name, nickname) in [
        ("abdu", "阿卜杜热合曼·买买提江", "小阿"),
        ("sunqi", "孙琪", "琪琪 🌸"),
        ("aqiang", "冯志强", "阿强 <Qiang> & \"Co\""),
        ("smith", "Anna Smith", "Anna Smith"),
    ] {
        let profile = claims(&house, userid, &["profile"]).await;
        assert_eq!(profile["name"], name);
        assert_eq!(profile["nickname"], nickname);
    }
}

/// CONTRIBUTING.md, Decisions: `preferred_username` by the source that the operator chose.
#[tokio::test]
async fn preferred_username_comes_from_the_chosen_source_and_no_other() {
    for (source, zhangsan, without_mail) in [
        ("userid", Some("zhangsan"), Some("hanxue")),
        ("job_number", Some("XH1001"), Some("XH1020")),
        ("org_email", Some("zhangsan@xinghe.example"), None),
        ("org_email_local_part", Some("zhangsan"), None),
    ] {
        let line = format!("preferred_username = \"{source}\"");
        let house = House::plan().upstream(&line).start().await;
        for (userid, expected) in [("zhangsan", zhangsan), ("hanxue", without_mail)] {
            let profile = claims(&house, userid, &["profile"]).await;
            let found = profile
                .get("preferred_username")
                .and_then(|name| name.as_str());
            assert_eq!(found, expected, "{source} of {userid}");
        }
    }
}

/// CONTRIBUTING.md, Decisions: constants of the upstream's configuration.
#[tokio::test]
async fn locale_and_zoneinfo_are_the_configured_constants() {
    let house = House::plan()
        .upstream("locale = \"zh-CN\"\nzoneinfo = \"Asia/Shanghai\"")
        .start()
        .await;
    for userid in ["zhangsan", "smith"] {
        let profile = claims(&house, userid, &["profile"]).await;
        assert_eq!(profile["locale"], "zh-CN");
        assert_eq!(profile["zoneinfo"], "Asia/Shanghai");
    }
}

/// A picture is a web address; browsers run others.
#[tokio::test]
async fn a_portrait_that_is_no_web_address_is_left_out() {
    let house = House::start().await;
    for odd in [
        "javascript:alert(1)",
        "data:image/png;base64,AA==",
        "//host/x.jpg",
        "@lADPxyz",
    ] {
        change(&house, "zhangsan", json!({ "avatar": odd })).await;
        let profile = claims(&house, "zhangsan", &["profile"]).await;
        assert!(!profile.contains_key("picture"), "{odd}");
    }
}

/// CONTRIBUTING.md, Decisions: groups by numbers, in an order that does not move.
#[tokio::test]
async fn groups_are_sorted_numbers_of_departments_and_roles() {
    let house = House::start().await;
    for (userid, groups) in [
        ("chenboss", json!(["dept:1", "role:101"])),
        ("qinlan", json!(["dept:4", "dept:6", "dept:10"])),
        ("ruanzy", json!(["dept:7"])),
    ] {
        assert_eq!(
            claims(&house, userid, &["groups"]).await["groups"],
            groups,
            "{userid}"
        );
    }
    change(&house, "qinlan", json!({"departments": [10, 4, 6]})).await;
    let again = claims(&house, "qinlan", &["groups"]).await;
    assert_eq!(again["groups"], json!(["dept:4", "dept:6", "dept:10"]));
}

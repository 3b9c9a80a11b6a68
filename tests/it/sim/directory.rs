//! Sections 6.1, 6.2 and 6.4: members and roles.

use serde_json::{Value, json};

use super::support::Sim;

const USER: &str = "/topapi/v2/user/get";
const LIST: &str = "/topapi/v2/user/list";

async fn details(sim: &Sim, userid: &str) -> Value {
    sim.topapi(USER, &json!({"userid": userid})).await["result"].clone()
}

/// Section 6.2: real types, not the strings of the printed examples.
#[tokio::test]
async fn details_have_the_types_of_the_field_table() {
    let sim = Sim::start().await;
    let person = details(&sim, "zhangsan").await;
    assert_eq!(person["dept_id_list"], json!([12, 5]));
    assert_eq!(person["active"], true);
    assert!(person["hired_date"].is_i64());
    assert_eq!(
        person["role_list"],
        json!([
            {"id": 103, "name": "工程师", "group_name": "职务"},
            {"id": 201, "name": "运维值班", "group_name": "值班"},
        ])
    );
    let leading = json!([{"dept_id": 12, "leader": false}, {"dept_id": 5, "leader": false}]);
    assert_eq!(person["leader_in_dept"], leading);
    let extension = person["extension"].as_str().expect("JSON in a string");
    assert!(serde_json::from_str::<Value>(extension).is_ok());
    let boss = details(&sim, "chenboss").await;
    assert_eq!(
        (&boss["boss"], &boss["admin"]),
        (&json!(true), &json!(true))
    );
}

/// Section 6.2: absent, not null or empty.
#[tokio::test]
async fn details_leave_out_what_is_not_set() {
    let sim = Sim::start().await;
    let person = details(&sim, "wuhao").await;
    for name in ["avatar", "email", "org_email", "telephone"] {
        assert!(person.get(name).is_none(), "{name}");
    }
    assert!(details(&sim, "heping").await.get("mobile").is_none());
    assert!(
        details(&sim, "chenboss")
            .await
            .get("manager_userid")
            .is_none()
    );
}

/// Section 6.2: the number and the mailboxes each need a permission; without it no error.
#[tokio::test]
async fn fields_need_their_own_permissions() {
    let sim = Sim::start().await;
    let before = details(&sim, "zhangsan").await;
    let gates: [(&str, &[&str]); 2] = [
        ("fieldMobile", &["mobile", "state_code"]),
        (
            "fieldEmail",
            &["email", "org_email", "work_place", "remark", "extension"],
        ),
    ];
    for (permission, names) in gates {
        sim.revoke(permission).await;
        let person = details(&sim, "zhangsan").await;
        for name in names {
            assert!(before.get(*name).is_some(), "{name} with {permission}");
            assert!(person.get(*name).is_none(), "{name} without {permission}");
        }
        assert_eq!(person["name"], "张三");
    }
}

/// Section 6.2: exclusive accounts tell of themselves, and are found by their login name.
#[tokio::test]
async fn exclusive_accounts_have_fields_of_their_own() {
    let sim = Sim::start().await;
    let body = json!({"userid": "zhangsan", "login_id": "ruanzy_login"});
    let person = sim.topapi(USER, &body).await["result"].clone();
    assert_eq!(person["userid"], "ruanzy");
    assert_eq!(person["exclusive_account"], true);
    assert_eq!(person["exclusive_account_type"], "dingtalk");
    assert_eq!(person["exclusive_account_corp_id"], "dingsimcorp");
    assert_eq!(person["disable_status"], false);
    assert_eq!(person["nickname"], "小阮");
    let sso = details(&sim, "gusso").await;
    assert_eq!(sso["exclusive_account_type"], "sso");
    assert!(sso.get("login_id").is_none() && sso.get("disable_status").is_none());
    let ordinary = details(&sim, "zhangsan").await;
    assert_eq!(ordinary["exclusive_account"], false);
    assert!(ordinary.get("exclusive_account_corp_id").is_none());
}

/// Section 6.2: what few people have: several positions, texts in several languages, a place in a
/// linked organisation. Everyone else lacks the fields.
#[tokio::test]
async fn positions_translations_and_links_are_told_of_those_who_have_them() {
    let sim = Sim::start().await;
    let positions = json!([
        {"dept_id": 4, "title": "设计师", "work_place": "杭州", "is_main": true},
        {"dept_id": 6, "title": "体验设计顾问", "work_place": "上海", "is_main": false},
        {"dept_id": 10, "title": "内刊美编", "is_main": false},
    ]);
    let texts = json!({"爱好": {"zh_CN": "骑行", "en_US": "cycling"}});
    let linked = json!({
        "userid": "linwan", "corp_id": "dingsimcorp",
        "union_emp_map_list": [{"userid": "linwan", "corp_id": "dingothercorp"}],
    });
    for (userid, name, value) in [
        ("qinlan", "dept_position_list", positions),
        ("zhangsan", "extension_i18n", texts),
        ("linwan", "union_emp_ext", linked),
    ] {
        assert_eq!(details(&sim, userid).await[name], value, "{userid}");
        assert!(details(&sim, "wuhao").await.get(name).is_none(), "{name}");
    }
}

/// Section 6.2: only employees of the app's own organisation.
#[tokio::test]
async fn details_of_leavers_contacts_and_strangers_are_not_found() {
    let sim = Sim::start().await;
    for userid in ["zhaoliu", "waibu", "malei"] {
        let body = sim.topapi(USER, &json!({"userid": userid})).await;
        assert_eq!(body["errcode"], 60121, "{userid}");
    }
}

/// Section 6.6: the range an app may see.
#[tokio::test]
async fn someone_outside_the_range_of_the_app_is_50002() {
    let sim = Sim::start().await;
    let path = "/_sim/apps/dingsimapp/visible_departments";
    sim.put(path, &json!([2])).await;
    let inside = sim.topapi(USER, &json!({"userid": "zhangsan"})).await;
    assert_eq!(inside["errcode"], 0, "below the department in range");
    let outside = sim.topapi(USER, &json!({"userid": "xumei"})).await;
    assert_eq!(outside["errcode"], 50002);
    let listed = sim
        .topapi(LIST, &json!({"dept_id": 11, "cursor": 0, "size": 1}))
        .await;
    assert_eq!(listed["errcode"], 50004);
    let ids = sim
        .topapi("/topapi/user/listid", &json!({"dept_id": 11}))
        .await;
    assert_eq!(ids["result"]["userid_list"], json!(["xumei", "caiyi"]));
}

/// Section 6.4: direct members only, page by page; no cursor after the last.
#[tokio::test]
async fn a_department_is_listed_page_by_page() {
    let sim = Sim::start().await;
    let mut cursor = json!(0);
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let body = json!({"dept_id": 3, "cursor": cursor, "size": 2});
        let page = sim.topapi(LIST, &body).await["result"].clone();
        pages += 1;
        for entry in page["list"].as_array().expect("a list") {
            assert!(entry["dept_order"].is_i64() && entry["leader"].is_boolean());
            assert!(entry.get("role_list").is_none());
            seen.push(entry["userid"].as_str().expect("text").to_owned());
        }
        if page["has_more"] == false {
            assert!(page.get("next_cursor").is_none());
            break;
        }
        cursor = page["next_cursor"].clone();
    }
    assert_eq!(seen, ["wangwu", "aqiang", "abdu"]);
    assert_eq!(pages, 2);
    let body = json!({"dept_id": 3, "cursor": 0, "size": 3});
    let whole = sim.topapi("/topapi/user/listsimple", &body).await;
    assert_eq!(whole["result"]["has_more"], false, "exactly one page");
    assert_eq!(
        whole["result"]["list"][0],
        json!({"userid": "wangwu", "name": "王五"})
    );
}

/// Section 6.4: a page has a hundred entries at most, and its parameters are required.
#[tokio::test]
async fn a_page_of_the_wrong_size_is_refused() {
    let sim = Sim::start().await;
    for body in [
        json!({"dept_id": 3, "cursor": 0, "size": 101}),
        json!({"dept_id": 3, "cursor": 0, "size": 0}),
        json!({"dept_id": 3, "cursor": -1, "size": 1}),
        json!({"dept_id": 3, "cursor": 0}),
        json!({"dept_id": 3, "size": 1}),
        json!({"cursor": 0, "size": 1}),
        json!({"dept_id": 3, "cursor": 0, "size": 1, "order_field": "name"}),
    ] {
        assert_eq!(sim.topapi(LIST, &body).await["errcode"], 400_002, "{body}");
    }
}

/// Section 6.4: each call has the permission that its row names.
#[tokio::test]
async fn each_directory_call_needs_its_permission() {
    let sim = Sim::start().await;
    let calls = [
        ("qyapi_get_member", "/topapi/user/getbyunionid"),
        ("qyapi_get_member", "/topapi/user/listid"),
        ("qyapi_get_member", "/topapi/user/listadmin"),
        ("qyapi_get_department_member", LIST),
        ("qyapi_get_department_member", "/topapi/user/listsimple"),
        ("qyapi_get_department_member", "/topapi/role/simplelist"),
        ("qyapi_get_department_list", "/topapi/role/list"),
        ("qyapi_get_department_list", "/topapi/v2/department/listsub"),
        ("qyapi_get_member_by_mobile", "/topapi/v2/user/getbymobile"),
    ];
    for (permission, path) in calls {
        let with = sim.topapi(path, &json!({})).await;
        assert_ne!(with["sub_code"], "60011", "{path}");
        sim.revoke(permission).await;
        let without = sim.topapi(path, &json!({})).await;
        assert_eq!(without["sub_code"], "60011", "{path}");
        let again = format!("/_sim/apps/dingsimapp/permissions/{permission}");
        sim.put(&again, &Value::Null).await;
    }
}

/// Section 6.4: the number leads to a userid; a malformed one has a code of its own.
#[tokio::test]
async fn a_number_leads_to_its_owner() {
    let sim = Sim::start().await;
    let path = "/topapi/v2/user/getbymobile";
    let ask = async |mobile: &str| sim.topapi(path, &json!({"mobile": mobile})).await;
    assert_eq!(
        ask("13900001001").await["result"],
        json!({"userid": "zhangsan"})
    );
    assert_eq!(ask("13999999999").await["errcode"], 60121);
    assert_eq!(ask("abc").await["errcode"], 40104);
    assert_eq!(ask("13900003001").await["errcode"], 60121, "a leaver's");
}

/// Section 6.4: 1 for the main administrator, 2 for the others.
#[tokio::test]
async fn administrators_have_a_level() {
    let sim = Sim::start().await;
    let admins = sim.topapi("/topapi/user/listadmin", &json!({})).await;
    let expected = json!([
        {"userid": "lisi", "sys_level": 2},
        {"userid": "chenboss", "sys_level": 1},
        {"userid": "tangmin", "sys_level": 2},
    ]);
    assert_eq!(admins["result"], expected);
}

/// Section 6.4: what the app may see, for an operator's self-check.
#[tokio::test]
async fn scopes_tell_what_the_app_may_see() {
    let sim = Sim::start().await;
    let token = sim.app_token().await;
    let path = format!("/auth/scopes?access_token={token}");
    let all = sim.get(&path).await.json();
    assert_eq!(all["errcode"], 0);
    assert_eq!(all["auth_org_scopes"]["authed_dept"], json!([1]));
    let has = |body: &Value, name: &str| {
        let fields = body["auth_user_field"].as_array().expect("a list");
        fields.contains(&json!(name))
    };
    assert!(has(&all, "mobile") && has(&all, "email"));
    sim.revoke("fieldMobile").await;
    let less = sim.get(&path).await.json();
    assert!(!has(&less, "mobile") && has(&less, "email"));
    let false_token = sim.get("/auth/scopes?access_token=x").await.json();
    assert_eq!(false_token["errcode"], 40014);
}

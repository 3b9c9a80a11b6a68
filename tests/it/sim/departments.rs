//! Section 6.3: departments.

use serde_json::{Value, json};

use super::support::Sim;

async fn ask(sim: &Sim, name: &str, body: Value) -> Value {
    sim.topapi(&format!("/topapi/v2/department/{name}"), &body)
        .await
}

/// The next level only, from the root by default.
#[tokio::test]
async fn departments_are_listed_one_level_at_a_time() {
    let sim = Sim::start().await;
    let top = ask(&sim, "listsub", json!({})).await;
    let names: Vec<&str> = top["result"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].as_str().expect("text"))
        .collect();
    assert_eq!(
        names,
        ["技术部", "产品部", "市场部", "人事行政部", "财务部"]
    );
    assert_eq!(
        top["result"][0],
        json!({"dept_id": 2, "name": "技术部", "parent_id": 1, "create_dept_group": true, "auto_add_user": true})
    );
    let ids = ask(&sim, "listsubid", json!({"dept_id": 2})).await;
    assert_eq!(ids["result"], json!({"dept_id_list": [3, 4, 5]}));
    let leaf = ask(&sim, "listsub", json!({"dept_id": 12})).await;
    assert_eq!(leaf["result"], json!([]));
}

#[tokio::test]
async fn a_department_tells_its_parent_and_its_leaders() {
    let sim = Sim::start().await;
    let department = ask(&sim, "get", json!({"dept_id": 3})).await["result"].clone();
    assert_eq!(department["name"], "平台组");
    assert_eq!(department["parent_id"], 2);
    assert_eq!(department["dept_manager_userid_list"], json!(["wangwu"]));
    assert_eq!(department["member_count"], 3);
    assert_eq!(department["owning_member_count"], 3);
    let root = ask(&sim, "get", json!({"dept_id": 1})).await["result"].clone();
    assert!(root.get("parent_id").is_none());
}

/// The whole field table: some fields always, the others where they are set.
#[tokio::test]
async fn a_department_has_the_fields_of_the_table() {
    let sim = Sim::start().await;
    let get = async |id: i64| ask(&sim, "get", json!({ "dept_id": id })).await["result"].clone();
    let plain = get(3).await;
    for (name, value) in [
        ("create_dept_group", json!(true)),
        ("auto_add_user", json!(true)),
        ("group_contain_sub_dept", json!(false)),
        ("hide_dept", json!(false)),
        ("dept_permits", json!([])),
        ("user_permits", json!([])),
        ("outer_dept", json!(false)),
        ("outer_permit_depts", json!([])),
        ("outer_permit_users", json!([])),
        ("auto_approve_apply", json!(false)),
        ("from_union_org", json!(false)),
    ] {
        assert_eq!(plain[name], value, "{name}");
    }
    assert!(plain["order"].is_i64());
    let chat = plain["dept_group_chat_id"].as_str().expect("text");
    assert!(chat.starts_with("chat"), "{chat}");
    assert_ne!(get(4).await["dept_group_chat_id"], chat);
    for (id, name, value) in [
        (2, "code", json!("TECH")),
        (2, "source_identifier", json!("hr-0002")),
        (2, "org_dept_owner", json!("lisi")),
        (7, "tags", json!("重点部门")),
        (
            9,
            "union_dept_ext",
            json!({"dept_id": 2, "corp_id": "dingothercorp"}),
        ),
        (9, "from_union_org", json!(true)),
    ] {
        assert_eq!(get(id).await[name], value, "{id} {name}");
        assert_ne!(plain.get(name), Some(&value), "{name} is not set for 3");
    }
    assert!(plain.get("union_dept_ext").is_none(), "absent, not null");
    let product = get(6).await;
    assert_eq!(product["member_count"], 4);
    assert_eq!(product["owning_member_count"], 3, "one is a linked member");
}

/// Department -7 is the home-school book, which no call here reads.
#[tokio::test]
async fn the_home_school_book_is_40009_everywhere() {
    let sim = Sim::start().await;
    let body = json!({"dept_id": -7, "cursor": 0, "size": 10});
    for path in [
        "/topapi/v2/department/get",
        "/topapi/v2/department/listsub",
        "/topapi/v2/department/listsubid",
        "/topapi/v2/department/listparentbydept",
        "/topapi/v2/user/list",
        "/topapi/user/listsimple",
        "/topapi/user/listid",
    ] {
        assert_eq!(sim.topapi(path, &body).await["errcode"], 40009, "{path}");
    }
}

/// One list per membership, the department itself first and the root last.
#[tokio::test]
async fn the_way_up_starts_at_the_department_and_ends_at_the_root() {
    let sim = Sim::start().await;
    let by_user = ask(&sim, "listparentbyuser", json!({"userid": "zhangsan"})).await;
    assert_eq!(
        by_user["result"]["parent_list"],
        json!([{"parent_dept_id_list": [12, 3, 2, 1]}, {"parent_dept_id_list": [5, 2, 1]}])
    );
    let by_department = ask(&sim, "listparentbydept", json!({"dept_id": 12})).await;
    assert_eq!(
        by_department["result"],
        json!({"parent_id_list": [12, 3, 2, 1]})
    );
}

#[tokio::test]
async fn unknown_departments_and_unreadable_ids_have_their_codes() {
    let sim = Sim::start().await;
    for name in ["get", "listsub", "listsubid", "listparentbydept"] {
        let unknown = ask(&sim, name, json!({"dept_id": 99})).await;
        assert_eq!(unknown["errcode"], 60003, "{name}");
        let unreadable = ask(&sim, name, json!({"dept_id": "x"})).await;
        assert_eq!(unreadable["errcode"], 400_002, "{name}");
    }
    assert_eq!(ask(&sim, "get", json!({})).await["errcode"], 400_002);
    let nobody = ask(&sim, "listparentbyuser", json!({"userid": "nobody"})).await;
    assert_eq!(nobody["errcode"], 60121);
}

/// Section 6.6: departments outside the app's range.
#[tokio::test]
async fn a_department_outside_the_range_of_the_app_is_50004() {
    let sim = Sim::start().await;
    sim.put("/_sim/apps/dingsimapp/visible_departments", &json!([7]))
        .await;
    assert_eq!(ask(&sim, "get", json!({"dept_id": 8})).await["errcode"], 0);
    assert_eq!(
        ask(&sim, "get", json!({"dept_id": 2})).await["errcode"],
        50004
    );
    assert_eq!(ask(&sim, "listsub", json!({})).await["errcode"], 50004);
    assert_eq!(
        ask(&sim, "listsubid", json!({"dept_id": 1})).await["errcode"],
        0
    );
}

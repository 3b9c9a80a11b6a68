//! Section 6.4: roles and who holds them.

use serde_json::json;

use super::support::Sim;

/// Section 6.4: roles, in camel case.
#[tokio::test]
async fn roles_are_listed_with_their_holders() {
    let sim = Sim::start().await;
    let groups = sim.topapi("/topapi/role/list", &json!({"size": 1})).await;
    assert_eq!(groups["result"]["hasMore"], true);
    let first = &groups["result"]["list"][0];
    assert_eq!(first["groupId"], 100);
    assert_eq!(first["roles"][0], json!({"id": 101, "name": "总监"}));
    let path = "/topapi/role/simplelist";
    let page = sim
        .topapi(path, &json!({"role_id": 201, "size": 1, "offset": 1}))
        .await;
    assert_eq!(page["result"]["hasMore"], false);
    let holder = json!({"userid": "wuhao", "name": "吴昊", "manageScopes": []});
    assert_eq!(page["result"]["list"], json!([holder]));
    let exact = json!({"role_id": 201, "size": 2});
    assert_eq!(sim.topapi(path, &exact).await["result"]["hasMore"], false);
    let first = json!({"role_id": 201, "size": 1});
    assert_eq!(sim.topapi(path, &first).await["result"]["hasMore"], true);
    let groups = sim.topapi("/topapi/role/list", &json!({"size": 2})).await;
    assert_eq!(groups["result"]["hasMore"], false);
}

/// Section 6.4: what is wrong with a role call has codes of its own.
#[tokio::test]
async fn role_calls_refuse_parameters_with_codes_of_their_own() {
    let sim = Sim::start().await;
    let (list, holders) = ("/topapi/role/list", "/topapi/role/simplelist");
    for (path, body, code) in [
        (list, json!({"size": 201}), 40069),
        (list, json!({"size": 0}), 40069),
        (list, json!({"offset": -1}), 40068),
        (list, json!({"offset": "x"}), 40068),
        (holders, json!({"role_id": 201, "size": 101}), 40069),
        (holders, json!({"role_id": 201, "offset": -1}), 40068),
        (holders, json!({}), 400_001),
        (holders, json!({"role_id": "x"}), 33011),
        (holders, json!({"role_id": 0}), 33011),
        (holders, json!({"role_id": 999}), 400_043),
        (list, json!({"size": 200, "offset": 0}), 0),
        (holders, json!({"role_id": 201, "size": 100}), 0),
    ] {
        let answer = sim.topapi(path, &body).await;
        assert_eq!(answer["errcode"], code, "{path} {body}");
        assert!(answer["request_id"].is_string(), "not wrapped: {answer}");
    }
}

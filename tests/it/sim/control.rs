//! The control interface: what it changes, what it tells, and that it refuses aloud.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Sim, authorisation, page, send};

async fn name_of(sim: &Sim, userid: &str) -> Value {
    let body = json!({"userid": userid});
    sim.topapi("/topapi/v2/user/get", &body).await["result"]["name"].clone()
}

#[tokio::test]
async fn the_interface_describes_itself() {
    let sim = Sim::start().await;
    let help = sim.get("/_sim").await;
    assert_eq!(help.status, StatusCode::OK);
    for part in [
        "/_sim/people",
        "/_sim/faults",
        "drop_connection",
        "/_sim/tokens/expire",
        "/_sim/callback",
        "/_sim/limits",
        "OFF until switched on",
        "/_sim/sso-codes",
        "/suite",
    ] {
        assert!(help.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_person_is_added_changed_and_removed() {
    let sim = Sim::start().await;
    let path = "/_sim/people/wangxm";
    let body = json!({"name": "王小明", "departments": [2], "mobile": "13912345678"});
    let added = sim.put(path, &body).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    let union_id = added.json()["unionid"].clone();
    assert_eq!(name_of(&sim, "wangxm").await, "王小明");
    assert_eq!(sim.account("wangxm").await["unionId"], union_id);

    let changes = json!({"name": "王大明", "mobile": null, "org_email": "w@xinghe.example"});
    let changed = sim.patch(path, &changes).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let shown = sim.get(path).await.json();
    assert_eq!(shown, changed.json());
    assert_eq!(
        (&shown["name"], &shown["org_email"]),
        (&json!("王大明"), &json!("w@xinghe.example"))
    );
    assert!(shown.get("mobile").is_none());
    assert_eq!(shown["unionid"], union_id, "still the same person");

    let replaced = sim.put(path, &json!({"name": "王明"})).await;
    assert_eq!(replaced.status, StatusCode::OK);
    assert_eq!(
        replaced.json()["unionid"],
        union_id,
        "still the same person"
    );
    assert!(replaced.json().get("org_email").is_none());

    assert_eq!(sim.delete(path).await.status, StatusCode::OK);
    assert_eq!(sim.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(name_of(&sim, "wangxm").await, Value::Null);
}

/// Replacing what is known of someone does not make them someone else.
#[tokio::test]
async fn a_replaced_person_keeps_a_unionid_that_was_stated() {
    let sim = Sim::start().await;
    let path = "/_sim/people/linwan";
    let before = sim.get(path).await.json()["unionid"].clone();
    assert_eq!(before, "LwKq7ZpT3vXc9RbYd2HsiE");
    sim.put(path, &json!({"name": "林婉"})).await;
    assert_eq!(sim.get(path).await.json()["unionid"], before);
}

/// `left` is the other way to leave: still at DingTalk, no longer in the organisation.
#[tokio::test]
async fn a_person_who_is_marked_as_left_is_no_longer_found() {
    let sim = Sim::start().await;
    let union_id = sim.account("lina").await["unionId"].clone();
    sim.patch("/_sim/people/lina", &json!({"left": true})).await;
    let body = json!({"unionid": union_id});
    let found = sim.topapi("/topapi/user/getbyunionid", &body).await;
    assert_eq!(found["errcode"], 60121);
    assert_eq!(sim.account("lina").await["unionId"], union_id);
}

#[tokio::test]
async fn people_of_another_organisation_are_named_by_corp_id() {
    let sim = Sim::start().await;
    let other = sim.get("/_sim/people/zhangsan?corp_id=dingothercorp").await;
    assert_eq!(other.json()["name"], "张三丰");
    assert_eq!(
        sim.get("/_sim/people/zhangsan").await.json()["name"],
        "张三"
    );
    for path in [
        "/_sim/people/zhangsan?corp_id=none",
        "/_sim/people/zhangsan?corp=x",
    ] {
        let answer = sim.get(path).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert!(answer.json()["error"].is_string());
    }
}

/// Nothing is refused silently, and nothing that is refused has an effect.
#[tokio::test]
async fn people_that_contradict_the_rules_are_refused() {
    let sim = Sim::start().await;
    let before = sim.get("/_sim/people").await.text;
    let taken = sim.get("/_sim/people/lisi").await.json()["unionid"].clone();
    let refused = [
        (json!({}), 400),
        (json!({"name": ""}), 400),
        (json!({"name": "王", "emial": "x@y.example"}), 400),
        (json!({"name": "王", "userid": "other"}), 400),
        (json!({"name": "王", "departments": [99]}), 400),
        (json!({"name": "王", "departments": []}), 400),
        (json!({"name": "王", "leader_in": [2]}), 400),
        (json!({"name": "王", "roles": [99]}), 400),
        (json!({"name": "王", "contact_type": 2}), 400),
        (json!({"name": "王", "extension": "{"}), 400),
        (json!({"name": "王", "mobile": 139}), 400),
        (json!({"name": "王", "unionid": taken}), 409),
        (json!([]), 400),
    ];
    for (body, status) in refused {
        let answer = sim.put("/_sim/people/wang", &body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert!(answer.json()["error"].is_string(), "{body}");
    }
    let spaced = sim.put("/_sim/people/a%2Fb", &json!({"name": "王"})).await;
    assert_eq!(spaced.status, StatusCode::BAD_REQUEST);
    for answer in [
        sim.patch("/_sim/people/nobody", &json!({"name": "王"}))
            .await,
        sim.delete("/_sim/people/nobody").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.json()["error"].is_string());
    }
    let unreadable = sim
        .patch("/_sim/people/lisi", &json!({"admin": "yes"}))
        .await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
    assert_eq!(sim.get("/_sim/people").await.text, before);
}

/// What was called and how it ended, without anything secret.
#[tokio::test]
async fn calls_are_listed_with_their_effective_code_and_no_secrets() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    sim.get("/gettoken?appkey=dingsimapp&appsecret=topsecret")
        .await;
    let path = format!("/topapi/v2/user/get?access_token={token}");
    let wrapped = sim.post(&path, &json!({})).await.json();
    let failed = sim.me("false").await.json();
    let answer = sim.get("/_sim/calls").await;
    for secret in ["topsecret", "dingsimsecret", token.as_str()] {
        assert!(!answer.text.contains(secret));
    }
    let calls = answer.json()["calls"].as_array().expect("a list").clone();
    let paths: Vec<&str> = calls
        .iter()
        .filter_map(|call| call["path"].as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "/oauth2/auth",
            "/v1.0/oauth2/userAccessToken",
            "/gettoken",
            "/topapi/v2/user/get",
            "/v1.0/contact/users/me",
        ]
    );
    assert_eq!(
        (&calls[0]["method"], &calls[0]["status"]),
        (&json!("POST"), &json!(302))
    );
    assert_eq!(calls[0]["time"], "2027-01-15T08:00:00Z");
    assert_eq!(calls[1]["code"], Value::Null);
    assert_eq!(calls[2]["code"], "40096");
    assert_eq!(calls[3]["code"], "40014", "the code that is wrapped");
    assert_eq!(calls[3]["requestid"], wrapped["request_id"]);
    assert_eq!(
        (&calls[4]["code"], &calls[4]["status"]),
        (&json!("InvalidAuthentication"), &json!(400))
    );
    assert_eq!(calls[4]["requestid"], failed["requestid"]);
    sim.delete("/_sim/calls").await;
    assert_eq!(sim.get("/_sim/calls").await.json(), json!({"calls": []}));
}

#[tokio::test]
async fn an_injected_fault_is_noted_at_the_call() {
    let sim = Sim::start().await;
    for kind in ["qps", "drop_connection"] {
        let fault = json!({"path": "/gettoken", "kind": kind, "times": 1});
        sim.post("/_sim/faults", &fault).await;
        let _ = sim.request(Method::GET, "/gettoken").send().await;
    }
    let calls = sim.get("/_sim/calls").await.json()["calls"].clone();
    assert_eq!(
        (&calls[0]["fault"], &calls[0]["code"]),
        (&json!("qps"), &json!("90018"))
    );
    assert_eq!(
        (&calls[1]["fault"], &calls[1]["status"]),
        (&json!("drop_connection"), &Value::Null)
    );
}

/// The list does not grow without end.
#[tokio::test]
async fn a_thousand_calls_are_remembered() {
    let sim = Sim::start().await;
    for _ in 0..1003 {
        sim.get("/nothing").await;
    }
    let calls = sim.get("/_sim/calls").await.json();
    assert_eq!(calls["calls"].as_array().map(Vec::len), Some(1000));
}

#[tokio::test]
async fn tokens_expire_and_are_revoked_on_demand() {
    let sim = Sim::start().await;
    let (user, app) = (sim.user_token("zhangsan").await, sim.app_token().await);
    let code = sim.code("zhangsan").await;
    let expired = sim.post("/_sim/tokens/expire", &Value::Null).await.json();
    assert_eq!(
        expired,
        json!({"expired": 3}),
        "access, refresh and app token"
    );
    assert_eq!(sim.me(&user).await.json()["code"], "accesstoken.expired");
    let path = format!("/topapi/user/listadmin?access_token={app}");
    assert_eq!(
        sim.post(&path, &json!({})).await.json()["sub_code"],
        "42001"
    );
    assert_ne!(sim.app_token().await, app);
    sim.post("/_sim/tokens/revoke", &Value::Null).await;
    assert_eq!(sim.me(&user).await.json()["code"], "InvalidAuthentication");
    assert_eq!(
        sim.post(&path, &json!({})).await.json()["sub_code"],
        "40014"
    );
    assert_eq!(sim.redeem(&code).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_automatic_login_is_set_and_taken_back() {
    let sim = Sim::start().await;
    let path = "/_sim/auto-login";
    let visit = async || sim.get(&page(&authorisation("openid"))).await.status;
    assert_eq!(sim.get(path).await.json(), json!({"userid": null}));
    assert_eq!(visit().await, StatusCode::OK);
    for userid in ["first", "lina", "dingothercorp/zhangsan"] {
        let set = sim.put(path, &json!({"userid": userid})).await;
        assert_eq!(set.status, StatusCode::OK, "{userid}");
        assert_eq!(sim.get(path).await.json(), json!({"userid": userid}));
        assert_eq!(visit().await, StatusCode::FOUND);
    }
    let nobody = sim.put(path, &json!({"userid": "nobody"})).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(
        sim.put(path, &json!({})).await.status,
        StatusCode::BAD_REQUEST
    );
    sim.delete(path).await;
    assert_eq!(visit().await, StatusCode::OK);
}

#[tokio::test]
async fn unknown_controls_and_methods_are_refused_in_json() {
    let sim = Sim::start().await;
    let unknown = sim.get("/_sim/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.json()["error"].is_string());
    let method = send(sim.request(Method::PUT, "/_sim/calls")).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.json()["error"].is_string());
}

//! Section 4: who the person is who signed in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Sim, send};

/// Section 4: the account's fields, with the nickname and not the name.
#[tokio::test]
async fn me_tells_of_the_account() {
    let sim = Sim::start().await;
    let me = sim.account("zhangsan").await;
    let details = sim
        .topapi("/topapi/v2/user/get", &json!({"userid": "zhangsan"}))
        .await;
    assert_eq!(me["nick"], "三哥");
    assert_eq!(details["result"]["name"], "张三");
    assert_eq!(me["unionId"], details["result"]["unionid"]);
    assert_ne!(me["openId"], me["unionId"]);
    assert_eq!(me["visitor"], false);
    assert_eq!(me["stateCode"], "86");
    assert!(me["mobile"].is_string() && me["avatarUrl"].is_string());
    assert!(me.get("name").is_none());
}

/// Section 4: no avatar and no mailbox, no field; never null.
#[tokio::test]
async fn what_an_account_lacks_is_left_out() {
    let sim = Sim::start().await;
    let me = sim.account("wuhao").await;
    assert!(me.get("avatarUrl").is_none());
    assert!(me.get("email").is_none());
    assert!(
        !me.as_object()
            .expect("an object")
            .values()
            .any(Value::is_null)
    );
}

/// Section 4: addresses of DingTalk's own mail service are not handed out.
#[tokio::test]
async fn a_dingtalk_mailbox_is_not_told() {
    let sim = Sim::start().await;
    assert!(sim.account("dengchao").await.get("email").is_none());
    let people = sim.get("/_sim/people/dengchao").await.json();
    assert_eq!(people["personal_email"], "dengchao@dingtalk.com");
}

/// Section 4, security: the account's mailbox may be another company's, or look like ours.
#[tokio::test]
async fn the_mailbox_of_the_account_crosses_organisations() {
    let sim = Sim::start().await;
    let me = sim.account("zhouyang").await;
    assert_eq!(me["email"], "zhouyang@other-company.example");
    let stranger = sim.account("dingothercorp/zhangsan").await;
    assert_eq!(stranger["email"], "zhangsan@xinghe.example");
}

/// Section 4: the number needs a permission of its own, and is left out without it.
#[tokio::test]
async fn the_number_needs_its_own_permission() {
    let sim = Sim::start().await;
    let hong_kong = sim.account("liangcw").await;
    assert_eq!(
        (&hong_kong["mobile"], &hong_kong["stateCode"]),
        (&json!("51234567"), &json!("852"))
    );
    sim.revoke("Contact.User.mobile").await;
    let me = sim.account("liangcw").await;
    assert!(me.get("mobile").is_none() && me.get("stateCode").is_none());
    assert_eq!(me["nick"], "Raymond");
}

/// Section 4: 403 with the missing permission and the way to apply for it.
#[tokio::test]
async fn me_needs_a_permission_and_names_it() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    sim.revoke("Contact.User.Read").await;
    let answer = sim.me(&token).await;
    let body = answer.json();
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(
        body["code"],
        "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    );
    assert_eq!(
        body["accessdenieddetail"],
        json!({"requiredScopes": ["Contact.User.Read"]})
    );
    assert_eq!(
        body["message"],
        "应用尚未开通所需的权限：[Contact.User.Read]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingsimapp%23Contact.User.Read"
    );
}

/// Section 4: an app token is nobody.
#[tokio::test]
async fn an_app_token_does_not_say_who_someone_is() {
    let sim = Sim::start().await;
    let answer = sim.me(&sim.app_token().await).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let code = &answer.json()["code"];
    assert_eq!(code, "Forbidden.AccessDenied.AccessTokenPermissionDenied");
}

/// Section 4: the path with a unionid serves the owner of the token alone.
#[tokio::test]
async fn nobody_else_is_told_by_unionid() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    let own = sim.account("zhangsan").await;
    let other = sim.account("lisi").await;
    for (union_id, status) in [
        (&own["unionId"], StatusCode::OK),
        (&other["unionId"], StatusCode::NOT_FOUND),
    ] {
        let path = format!("/v1.0/contact/users/{}", union_id.as_str().expect("text"));
        let request = sim.request(Method::GET, &path);
        let answer = send(request.header("x-acs-dingtalk-access-token", &token)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}

/// Section 4: what a person consented to, behind a permission that is not granted by default.
#[tokio::test]
async fn consents_need_the_sns_permission() {
    let sim = Sim::start().await;
    let token = sim.user_token("zhangsan").await;
    let ask = || {
        let request = sim.request(Method::GET, "/v1.0/oauth2/authRules/user");
        send(request.header("x-acs-dingtalk-access-token", &token))
    };
    assert_eq!(ask().await.status, StatusCode::FORBIDDEN);
    sim.put(
        "/_sim/apps/dingsimapp/permissions/snsapi_base",
        &Value::Null,
    )
    .await;
    assert_eq!(
        ask().await.json()["result"][0]["authItems"],
        json!(["mobile"])
    );
}

/// Section 11, 1: everyone with an account signs in; the directory tells who is one of ours.
#[tokio::test]
async fn strangers_and_leavers_sign_in_and_are_not_found_in_the_directory() {
    let sim = Sim::start().await;
    for key in ["dingothercorp/malei", "dingothercorp/zhangsan", "zhaoliu"] {
        let me = sim.account(key).await;
        let found = sim
            .topapi(
                "/topapi/user/getbyunionid",
                &json!({"unionid": me["unionId"]}),
            )
            .await;
        assert_eq!(found["errcode"], 60121, "{key}");
        assert_eq!(found["errmsg"], "找不到该用户");
        assert!(found.get("result").is_none());
    }
}

/// Section 6.1: an external contact is found, with type 1.
#[tokio::test]
async fn an_external_contact_is_found_with_type_1() {
    let sim = Sim::start().await;
    for (userid, kind) in [("zhangsan", 0), ("waibu", 1)] {
        let me = sim.account(userid).await;
        let found = sim
            .topapi(
                "/topapi/user/getbyunionid",
                &json!({"unionid": me["unionId"]}),
            )
            .await;
        assert_eq!(
            found["result"],
            json!({"contact_type": kind, "userid": userid})
        );
    }
}

/// Section 10: whoever leaves between sign-in and look-up keeps the account.
#[tokio::test]
async fn someone_removed_after_signing_in_still_has_an_account() {
    let sim = Sim::start().await;
    let token = sim.user_token("lina").await;
    sim.delete("/_sim/people/lina").await;
    let me = sim.me(&token).await.json();
    assert_eq!(me["nick"], "Nana");
    let found = sim
        .topapi(
            "/topapi/user/getbyunionid",
            &json!({"unionid": me["unionId"]}),
        )
        .await;
    assert_eq!(found["errcode"], 60121);
}

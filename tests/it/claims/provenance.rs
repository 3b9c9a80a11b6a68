//! Where mail and phone come from: the organisation's directory, never a person's own account.

use serde_json::json;

use super::{change, claims, object};
use crate::support::House;

/// DingTalk sections 4 and 11.8, CONTRIBUTING.md, Old attacks: the account's mail may be another company's.
#[tokio::test]
async fn the_mail_of_the_persons_own_account_is_never_handed_on() {
    for lax in [false, true] {
        let line = format!("release_unverified_email = {lax}");
        let house = House::plan().client(&line).start().await;
        let ours = claims(&house, "zhouyang", &["email"]).await;
        assert_eq!(ours["email"], "zhouyang@xinghe.example");
        let ours = claims(&house, "linwan", &["email"]).await;
        assert_eq!(ours["email"], "linwan@xinghe.example");
        // Nothing in the directory: nothing at all.
        let bare = json!({"org_email": null, "email": null});
        change(&house, "zhouyang", bare).await;
        assert_eq!(
            claims(&house, "zhouyang", &["email"]).await,
            object(json!({}))
        );
    }
}

/// DingTalk section 4: users/me has the mobile; without the directory's it is not used.
#[tokio::test]
async fn the_mobile_of_the_persons_own_account_is_never_handed_on() {
    let house = House::start().await;
    house.sim.grant("Contact.User.mobile").await;
    house.sim.revoke("fieldMobile").await;
    let all = ["profile", "email", "phone", "groups", "dingtalk"];
    let found = claims(&house, "zhangsan", &all).await;
    assert!(!found.contains_key("phone_number"), "{found:?}");
    assert!(!found.contains_key("phone_number_verified"), "{found:?}");
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains("13900001001"), "{text}");
}

/// DingTalk sections 6.6 and 11.16: the two field permissions are optional.
#[tokio::test]
async fn without_the_field_permissions_the_claims_are_absent_and_the_sign_in_works() {
    let house = House::plan()
        .client("release_unverified_email = true")
        .start()
        .await;
    house.sim.revoke("fieldMobile").await;
    house.sim.revoke("fieldEmail").await;
    house.sim.revoke("Contact.User.mobile").await;
    for userid in ["zhangsan", "hanxue", "ruanzy"] {
        let found = claims(&house, userid, &["email", "phone"]).await;
        assert_eq!(found, object(json!({})), "{userid}");
    }
    house.sim.grant("fieldMobile").await;
    house.sim.grant("fieldEmail").await;
    let found = claims(&house, "zhangsan", &["email", "phone"]).await;
    assert_eq!(found["email"], "zhangsan@xinghe.example");
    assert_eq!(found["phone_number"], "+8613900001001");
}

/// DingTalk section 4: the nickname is the person's own choice, the name the organisation's.
#[tokio::test]
async fn the_name_is_the_directorys_and_the_nickname_the_persons() {
    let house = House::start().await;
    change(&house, "zhangsan", json!({"nick": "CEO 陈建国"})).await;
    let profile = claims(&house, "zhangsan", &["profile"]).await;
    assert_eq!(profile["name"], "张三");
    assert_eq!(profile["nickname"], "CEO 陈建国");
    // The directory's own nickname of an exclusive account is a third thing.
    let exclusive = claims(&house, "ruanzy", &["profile"]).await;
    assert_eq!(exclusive["nickname"], "子瑜");
}

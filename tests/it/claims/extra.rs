//! Members of a client that change which claims it gets.

use serde_json::json;

use super::{claims, object};
use crate::support::House;

/// CONTRIBUTING.md, Decisions: username = preferred_username; phone = the national digits for +86,
/// E.164 otherwise; each under the scope that it belongs to.
#[tokio::test]
async fn username_comes_with_profile_and_phone_with_phone() {
    let house = House::plan()
        .client("extra_claims = [\"username\", \"phone\"]")
        .start()
        .await;
    let profile = claims(&house, "zhangsan", &["profile"]).await;
    assert_eq!(profile["username"], "zhangsan");
    assert!(!profile.contains_key("phone"), "{profile:?}");
    for (userid, phone) in [
        ("zhangsan", "13900001001"),
        ("liangcw", "+85251234567"),
        ("smith", "+14155550132"),
    ] {
        let found = claims(&house, userid, &["phone"]).await;
        assert_eq!(found["phone"], phone, "{userid}");
        assert!(!found.contains_key("username"), "{found:?}");
    }
    assert_eq!(
        claims(&house, "heping", &["phone"]).await,
        object(json!({}))
    );
    assert_eq!(claims(&house, "zhangsan", &[]).await, object(json!({})));
}

/// CONTRIBUTING.md, Old attacks: who did not ask gets nothing beyond the standard.
#[tokio::test]
async fn without_extra_claims_there_is_neither_username_nor_phone() {
    let house = House::start().await;
    let all = ["profile", "email", "phone", "groups", "dingtalk"];
    let found = claims(&house, "zhangsan", &all).await;
    assert!(!found.contains_key("username") && !found.contains_key("phone"));
}

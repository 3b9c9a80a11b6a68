//! `updated_at`: when the stored profile last changed.

use serde_json::json;

use super::{change, claims};
use crate::support::House;

async fn updated_at(house: &House) -> i64 {
    let profile = claims(house, "zhangsan", &["profile"]).await;
    profile["updated_at"].as_i64().unwrap()
}

/// CONTRIBUTING.md, Decisions, OIDC Core section 5.1
#[tokio::test]
async fn updated_at_moves_with_the_profile_and_not_with_the_sign_in() {
    use dingpass::clock::Clock as _;
    let house = House::start().await;
    let first = updated_at(&house).await;
    assert_eq!(first, house.clock.now().as_seconds());
    house.clock.advance_seconds(100);
    assert_eq!(updated_at(&house).await, first, "a mere sign-in");
    // Not a part of what clients are told.
    change(
        &house,
        "zhangsan",
        json!({"remark": "…", "work_place": "上海"}),
    )
    .await;
    change(&house, "zhangsan", json!({"departments": [5, 12]})).await;
    assert_eq!(
        updated_at(&house).await,
        first,
        "another order is no change"
    );
    change(&house, "zhangsan", json!({"title": "架构师"})).await;
    let second = updated_at(&house).await;
    assert_eq!(second, house.clock.now().as_seconds());
    assert_eq!(second, first + 100);
    house.clock.advance_seconds(100);
    assert_eq!(updated_at(&house).await, second, "a change is one moment");
}

/// A session that goes on shows what the last sign-in brought, in every client.
#[tokio::test]
async fn a_new_sign_in_brings_the_profile_up_to_date_for_older_sessions_too() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut elsewhere = house.browser();
    let before = rp.sign_in(&mut elsewhere, &["profile"]).await;
    change(&house, "zhangsan", json!({"name": "张叁"})).await;
    let stale = rp.sign_in(&mut elsewhere, &["profile"]).await;
    assert_eq!(stale.payload()["name"], "张三", "DingTalk was not asked");
    claims(&house, "zhangsan", &["profile"]).await;
    let fresh = rp.sign_in(&mut elsewhere, &["profile"]).await;
    assert_eq!(fresh.payload()["name"], "张叁");
    assert_eq!(before.sub(), fresh.sub());
}

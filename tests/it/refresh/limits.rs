//! How many families a person may have with a client.

use dingpass::clock::Clock as _;
use dingpass::domain::id::SubjectId;
use dingpass::domain::lifetimes::Lifetimes;

use super::{OFFLINE, first, refresh, told};
use crate::support::House;
use crate::userinfo;

/// One family per device, thirty-two at most: the one that was used longest ago goes, is told
/// of, and its access tokens go with it.
#[tokio::test]
async fn the_thirty_third_device_ends_the_one_used_longest_ago() {
    let house = House::start().await;
    let mut devices = Vec::new();
    for _ in 0..32 {
        devices.push(first(&house, OFFLINE).await);
        house.clock.advance_seconds(1);
    }
    // The first device is used again; the second one is now the one used longest ago.
    let reply = refresh(&house, &devices[0]).await;
    devices[0] = reply.token("refresh_token");
    assert_eq!(told(&house, "refresh_family_evicted").await, 0);

    let newest = first(&house, OFFLINE).await;
    assert_eq!(told(&house, "refresh_family_evicted").await, 1);
    refresh(&house, &devices[1]).await.invalid_grant();
    for token in [&devices[0], &devices[2], &newest] {
        refresh(&house, token).await.tokens();
    }
    let payload = userinfo::get(&house, &reply.token("access_token"))
        .await
        .tokens();
    let subject = SubjectId::new(payload["sub"].as_str().unwrap());
    let families = house
        .store
        .families_of(&subject, &Lifetimes::default(), house.clock.now())
        .await
        .unwrap();
    assert_eq!(families.len(), 32);
}

/// Another person's devices, and the same person's with another client, don't count.
#[tokio::test]
async fn the_limit_is_per_person_and_client() {
    let house = House::plan().more(super::OTHER).start().await;
    let token = first(&house, OFFLINE).await;
    house.sim.sign_in_as("lisi").await;
    for _ in 0..32 {
        first(&house, OFFLINE).await;
    }
    house.sim.sign_in_as("zhangsan").await;
    for _ in 0..2 {
        let code = crate::token::Ask::new()
            .by("other", crate::support::REDIRECT)
            .with("scope", OFFLINE)
            .code(&house, &mut house.browser())
            .await;
        let request = crate::token::Redeem::of(&code).basic("other", super::OTHER_SECRET);
        request.send(&house).await.token("refresh_token");
    }
    refresh(&house, &token).await.tokens();
    assert_eq!(told(&house, "refresh_family_evicted").await, 0);
}

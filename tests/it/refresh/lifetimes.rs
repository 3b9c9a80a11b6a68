//! How long refresh tokens live: `refresh_idle`, `refresh_absolute`, `refresh_grace`.

use super::{OFFLINE, first, refresh, sweep, told};
use crate::support::House;

const DAY: u64 = 24 * 3600;

/// `refresh_idle`: to the second, counted from the last refresh.
#[tokio::test]
async fn a_token_that_nobody_uses_expires() {
    let house = House::start().await;
    let token = first(&house, OFFLINE).await;
    house.clock.advance_seconds(30 * DAY - 1);
    let token = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(30 * DAY - 1);
    let token = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(30 * DAY);
    refresh(&house, &token).await.invalid_grant();
    assert_eq!(told(&house, "refresh_token_reused").await, 0);
}

/// `refresh_absolute`: used or not, counted from the sign-in.
#[tokio::test]
async fn a_family_ends_however_much_it_is_used() {
    let house = House::plan()
        .more("[lifetimes]\nrefresh_idle = \"2d\"\nrefresh_absolute = \"5d\"")
        .start()
        .await;
    let mut token = first(&house, OFFLINE).await;
    for _ in 0..4 {
        house.clock.advance_seconds(DAY);
        sweep(&house).await;
        token = refresh(&house, &token).await.token("refresh_token");
    }
    house.clock.advance_seconds(DAY - 1);
    token = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(1);
    refresh(&house, &token).await.invalid_grant();
}

/// `refresh_grace`: what the operator says.
#[tokio::test]
async fn the_grace_is_the_operators() {
    let house = House::plan()
        .more("[lifetimes]\nrefresh_grace = \"2m\"")
        .start()
        .await;
    let token = first(&house, OFFLINE).await;
    let successor = refresh(&house, &token).await.token("refresh_token");
    house.clock.advance_seconds(119);
    let again = refresh(&house, &token).await.token("refresh_token");
    assert_eq!(again, successor);
    // A repetition does not begin the grace anew.
    house.clock.advance_seconds(1);
    refresh(&house, &token).await.invalid_grant();
    assert_eq!(told(&house, "refresh_token_reused").await, 1);
}

/// A sweep takes neither a family that was used since nor its grant.
#[tokio::test]
async fn a_sweep_leaves_what_was_used_since() {
    let house = House::start().await;
    let mut token = first(&house, OFFLINE).await;
    for _ in 0..5 {
        house.clock.advance_seconds(29 * DAY);
        sweep(&house).await;
        let reply = refresh(&house, &token).await;
        let access = reply.token("access_token");
        crate::userinfo::get(&house, &access).await.tokens();
        token = reply.token("refresh_token");
    }
}

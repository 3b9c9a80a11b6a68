//! What becomes of a code when its session does not last.

use dingpass::clock::Clock as _;

use super::{Ask, Redeem, payload};
use crate::support::{Browser, House};
use crate::userinfo;

async fn replace_by_lisi(house: &House, browser: &mut Browser) {
    house.sim.sign_in_as("lisi").await;
    // A sign-in of the very moment of the request would count as fresh.
    house.clock.advance_seconds(1);
    let again = Ask::new().with("prompt", "login");
    let code = again.code(house, browser).await;
    let token = Redeem::of(&code).send(house).await.token("access_token");
    let claims = userinfo::get(house, &token).await.tokens();
    assert_eq!(claims["dingtalk_userid"], "lisi");
}

/// CONTRIBUTING.md, Decisions: an end kills what hangs from the session at once, codes among it.
#[tokio::test]
async fn a_code_dies_when_another_person_signs_in_with_the_same_browser() {
    let house = House::start().await;
    let mut browser = house.browser();
    let code = Ask::new().code(&house, &mut browser).await;
    replace_by_lisi(&house, &mut browser).await;
    Redeem::of(&code).send(&house).await.invalid_grant();
}

/// The same for an access token that was there already.
#[tokio::test]
async fn an_access_token_dies_when_another_person_signs_in_with_the_same_browser() {
    let house = House::start().await;
    let mut browser = house.browser();
    let code = Ask::new().code(&house, &mut browser).await;
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    replace_by_lisi(&house, &mut browser).await;
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
}

/// The same person signing in again goes on with the session: the code stays good, and
/// tells of the sign-in that it was issued for (OIDC Core section 2, `auth_time`).
#[tokio::test]
async fn a_code_outlives_the_same_persons_next_sign_in_with_its_own_auth_time() {
    let house = House::start().await;
    let mut browser = house.browser();
    let before = house.clock.now().as_seconds();
    let code = Ask::new().code(&house, &mut browser).await;
    house.clock.advance_seconds(20);
    let again = Ask::new().with("prompt", "login");
    let newer = again.code(&house, &mut browser).await;
    let first = Redeem::of(&code).send(&house).await.token("id_token");
    let second = Redeem::of(&newer).send(&house).await.token("id_token");
    let (first, second) = (payload(&first), payload(&second));
    assert_eq!(first["auth_time"], before);
    assert_eq!(second["auth_time"], before + 20);
    assert_eq!(first["sid"], second["sid"]);
}

/// *Expired* is not *ended*: a code issued in the session's last second is redeemed after it.
#[tokio::test]
async fn a_code_outlives_the_expiry_of_its_session() {
    let house = House::plan()
        .more("[lifetimes]\nsession_idle = \"30s\"\nsession_absolute = \"30s\"")
        .start()
        .await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    house.clock.advance_seconds(45);
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    userinfo::get(&house, &token).await.tokens();
}

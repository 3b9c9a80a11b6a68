//! A code that comes a second time: refused, and what came of the first time is revoked.

use tokio::task::JoinSet;

use super::{Ask, OTHER, Redeem, Reply};
use crate::support::{House, SECRET};
use crate::userinfo;

/// RFC 6749 section 4.1.2, OIDC Core section 3.1.3.2.
#[tokio::test]
async fn a_code_is_redeemed_once_and_its_replay_kills_the_access_token() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    userinfo::get(&house, &token).await.tokens();
    Redeem::of(&code).send(&house).await.invalid_grant();
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
    Redeem::of(&code).send(&house).await.invalid_grant();
}

/// oidcc-codereuse-30seconds.
#[tokio::test]
async fn a_replay_after_thirty_seconds_kills_the_access_token_too() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    house.clock.advance_seconds(30);
    userinfo::get(&house, &token).await.tokens();
    Redeem::of(&code).send(&house).await.invalid_grant();
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
}

/// A thief does not have the verifier; that the code came twice is what counts.
#[tokio::test]
async fn a_replay_with_a_wrong_proof_kills_the_access_token_as_well() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    let thief = Redeem::of(&code).without("code_verifier");
    thief.send(&house).await.invalid_grant();
    userinfo::get(&house, &token)
        .await
        .refused(401, "invalid_token");
}

/// Who is not the code's client can't revoke anything with it: neither another client nor
/// somebody without its secret.
#[tokio::test]
async fn a_replay_by_a_stranger_revokes_nothing() {
    let house = House::plan().more(OTHER).start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let token = Redeem::of(&code).send(&house).await.token("access_token");
    let other = Redeem::of(&code).basic("other", "another-secret-of-32-characters-or-more");
    other.send(&house).await.invalid_grant();
    let forged = Redeem::of(&code).basic("demo", &SECRET.to_uppercase());
    forged.send(&house).await.refused(401, "invalid_client");
    userinfo::get(&house, &token).await.tokens();
}

/// One code's replay takes only what came of that code.
#[tokio::test]
async fn a_replay_leaves_the_tokens_of_other_codes_alone() {
    let house = House::start().await;
    let mut browser = house.browser();
    let first = Ask::new().code(&house, &mut browser).await;
    let second = Ask::new().code(&house, &mut browser).await;
    Redeem::of(&first).send(&house).await.tokens();
    let token = Redeem::of(&second).send(&house).await.token("access_token");
    Redeem::of(&first).send(&house).await.invalid_grant();
    userinfo::get(&house, &token).await.tokens();
}

/// The code that was spent by a wrong proof gave nothing, so that a second try has nothing
/// to revoke and is no success either.
#[tokio::test]
async fn a_spoiled_code_stays_spoiled() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let wrong = Redeem::of(&code).with("redirect_uri", "http://127.0.0.1:8080/other?tenant=1");
    wrong.send(&house).await.invalid_grant();
    for _ in 0..2 {
        Redeem::of(&code).send(&house).await.invalid_grant();
    }
}

async fn at_once(house: &House, code: &str, how_many: usize) -> Vec<Reply> {
    let mut under_way = JoinSet::new();
    for _ in 0..how_many {
        under_way.spawn(Redeem::of(code).send_to(house.url("/token")));
    }
    under_way.join_all().await
}

/// Lesson of CVE-2026-1035: check and spending are one act. Of parallel redemptions one
/// wins; the others are replays, and by the rule on replays the winner's tokens are dead.
#[tokio::test]
async fn of_parallel_redemptions_one_wins_and_is_revoked_by_the_others() {
    let house = House::start().await;
    let mut browser = house.browser();
    for how_many in [2, 20] {
        let code = Ask::new().code(&house, &mut browser).await;
        let replies = at_once(&house, &code, how_many).await;
        let (won, lost): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(won.len(), 1, "of {how_many}");
        assert_eq!(lost.len(), how_many - 1);
        for reply in lost {
            reply.invalid_grant();
        }
        let token = won[0].token("access_token");
        userinfo::get(&house, &token)
            .await
            .refused(401, "invalid_token");
    }
}

//! What an `id_token_hint` tells: that its client has seen a key at work.

use dingpass::clock::Clock as _;
use dingpass::protocol::key_adoption::Standing;

use super::{OTHER, house, kids, known, standing};
use crate::authorize::Ask;
use crate::support::{CLIENT, House, SignedIn};

async fn signed_in(house: &House) -> SignedIn {
    house.rp().await.sign_in(&mut house.browser(), &[]).await
}

fn hint(house: &House, client: &str) -> (Option<String>, Option<i64>) {
    let known = known(house, client);
    (known.hint_kid, known.hint_at)
}

fn now(house: &House) -> Option<i64> {
    Some(house.clock.now().as_millis())
}

/// OIDC Core section 3.1.2.1.
#[tokio::test]
async fn a_hint_of_an_authorization_request_tells_which_key_the_client_saw() {
    let house = house().await;
    let token = signed_in(&house).await.id_token;
    assert_eq!(hint(&house, CLIENT), (None, None));
    let ask = Ask::new().and("id_token_hint", &token);
    house.browser().get(&ask.url(&house)).await;
    let kid = kids(&house)[0].clone();
    assert_eq!(hint(&house, CLIENT), (Some(kid.clone()), now(&house)));
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    house.clock.advance_seconds(60);
    house.browser().get(&ask.url(&house)).await;
    assert_eq!(hint(&house, CLIENT), (Some(kid), now(&house)));
}

/// OIDC RP-Initiated Logout section 2.
#[tokio::test]
async fn a_hint_of_a_logout_request_tells_it_too() {
    let house = house().await;
    let token = signed_in(&house).await.id_token;
    let url = house.url(&format!("/logout?id_token_hint={token}"));
    house.browser().get(&url).await;
    assert_eq!(
        hint(&house, CLIENT),
        (Some(kids(&house)[0].clone()), now(&house))
    );
}

/// A token that is not ours or not that client's says nothing of anybody.
#[tokio::test]
async fn a_hint_that_is_not_believed_tells_nothing() {
    let house = house().await;
    let token = signed_in(&house).await.id_token;
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    let ask = Ask::new().and("id_token_hint", &forged);
    house.browser().get(&ask.url(&house)).await;
    let url = house.url(&format!("/logout?id_token_hint={forged}"));
    house.browser().get(&url).await;
    // Another client brings it.
    let ask = Ask::new()
        .with("client_id", OTHER)
        .and("id_token_hint", &token);
    house.browser().get(&ask.url(&house)).await;
    let url = house.url(&format!("/logout?client_id={OTHER}&id_token_hint={token}"));
    house.browser().get(&url).await;
    for client in [CLIENT, OTHER] {
        assert_eq!(hint(&house, client), (None, None), "{client}");
    }
}

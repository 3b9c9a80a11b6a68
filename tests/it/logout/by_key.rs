//! What a revoked key signed has ended: what the person, the application and the application's
//! back end see of it.

use dingpass::clock::Clock as _;
use dingpass::domain::id::ClientId;
use dingpass::store::{EndSignedBy, EndedBatch, SignedCursor};
use openidconnect::TokenIntrospectionResponse as _;

use super::receiver::{Receiver, telling, verified};
use super::wire::is_signed_in;
use crate::support::{CLIENT, House, end_all_signed_by};

async fn end_signed_by(house: &House, kid: &str) -> EndedBatch {
    let act = EndSignedBy {
        kid: kid.to_owned(),
        from: SignedCursor::default(),
        to_tell: [ClientId::new(CLIENT)].into(),
        correlation: "a-revocation".to_owned(),
        now: house.clock.now(),
    };
    end_all_signed_by(&*house.store, act).await
}

fn kid_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// OIDC Back-Channel Logout section 2.5: the application is told, also after its tokens ended;
/// the session signs nobody in any more, and neither kind of token is good.
#[tokio::test]
async fn what_a_revoked_key_signed_has_ended_for_everybody() {
    let receiver = Receiver::start().await;
    let house = telling(&receiver, "").await;
    let rp = house.rp().await;
    let (mut early, mut late) = (house.browser(), house.browser());
    let first = rp.sign_in(&mut early, &[]).await;
    house.clock.advance_seconds(6 * 3_600);
    while house.store.sweep(house.clock.now()).await.unwrap() > 0 {}
    let second = rp.sign_in(&mut late, &["offline_access"]).await;
    assert!(rp.introspect(&second.access_token).await.active());

    let none = end_signed_by(&house, "another").await;
    assert_eq!((none.grants, none.sessions), (0, 0));
    assert!(rp.introspect(&second.access_token).await.active());

    let ended = end_signed_by(&house, &kid_of(&second.id_token)).await;
    assert_eq!(ended.sessions, 2);
    assert!(!rp.introspect(&second.access_token).await.active());
    let refused = rp.refresh(&second.refresh_token.clone().unwrap()).await;
    let refused = refused.map(|it| it.refresh_token).unwrap_err();
    assert!(refused.contains("invalid_grant"), "{refused}");
    assert!(!is_signed_in(&house, &mut early).await);
    assert!(!is_signed_in(&house, &mut late).await);
    let mut told = Vec::new();
    for token in receiver.tokens(2).await {
        told.push(verified(&house, CLIENT, &token).await["sid"].clone());
    }
    for signed_in in [&first, &second] {
        assert!(told.contains(&signed_in.payload()["sid"]));
    }
    // A person signs in anew, as ever.
    let again = rp.sign_in(&mut late, &[]).await;
    assert_eq!(again.sub(), first.sub());
}

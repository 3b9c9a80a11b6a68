//! A real rotation, as an operator would look at it.

use dingpass::clock::Clock as _;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::keyring::Wish;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::rotation::Act;
use dingpass::protocol::key_adoption::Standing;

use super::{BackEnd, OTHER, PUBLIC, house, kids, known, standing_for};
use crate::support::{CLIENT, House};

const RS256: KeyUse = KeyUse::Sign(SigningAlg::Rs256);

fn act(house: &House, wish: &Wish) -> Option<String> {
    let by = KeyActor::Operator { uid: None };
    let acted = house.custody.act(wish, by, None, house.clock.now());
    acted.unwrap().made
}

/// dexidp/dex#2759, kellnr#1265: before a new key signs it is known who would fail.
#[tokio::test]
async fn a_next_key_shows_who_has_fetched_it_and_who_keeps_the_old_ones() {
    let house = house().await;
    let obedient = BackEnd::new("gitea/1.24");
    let keeps_for_ever = BackEnd::new("kellnr/5");
    obedient.fetch(&house).await;
    obedient.authenticates(&house).await;
    keeps_for_ever.fetch(&house).await;
    keeps_for_ever.authenticates_as_other(&house).await;
    let old_tag = obedient.get(&house, "/jwks").await.1["etag"].clone();

    let next = act(&house, &Wish::Generate(RS256)).unwrap();
    assert!(kids(&house).contains(&next));
    let of = |client| standing_for(&house, client, &next);
    assert_eq!(of(CLIENT), Standing::Stale);
    assert_eq!(of(OTHER), Standing::Stale);
    assert_eq!(of(PUBLIC), Standing::Unknown);

    // Who asks with the old tag is given the new document, and has it.
    let conditional = obedient
        .clone()
        .with("if-none-match", old_tag.to_str().unwrap());
    assert_eq!(conditional.get(&house, "/jwks").await.0, 200);
    assert_eq!(of(CLIENT), Standing::Ready);
    house.clock.advance_seconds(25 * 24 * 60 * 60);
    keeps_for_ever.authenticates_as_other(&house).await;
    house.clock.advance_seconds(25 * 24 * 60 * 60);
    assert_eq!(of(OTHER), Standing::Stale, "it goes on with what it has");
    BackEnd::new("a browser").get(&house, "/jwks/spa").await;
    assert_eq!(of(PUBLIC), Standing::Ready);
}

/// The key that signed the last hint is the one that works for its client.
#[tokio::test]
async fn a_hint_tells_which_key_the_client_saw_at_work() {
    let house = house().await;
    let old = kids(&house)[0].clone();
    let next = act(&house, &Wish::Generate(RS256)).unwrap();
    for kid in [old, next.clone()] {
        let signed_in = house.rp().await.sign_in(&mut house.browser(), &[]).await;
        let url = house.url(&format!("/logout?id_token_hint={}", signed_in.id_token));
        house.browser().get(&url).await;
        assert_eq!(known(&house, CLIENT).hint_kid, Some(kid));
        act_once(&house, &next);
    }
}

/// A library that nobody tells of any of this, the `openidconnect` crate, is known as it is.
#[tokio::test]
async fn an_ordinary_library_is_seen_by_what_it_does() {
    let house = house().await;
    let rp = house.rp().await;
    rp.sign_in(&mut house.browser(), &[]).await;
    let next = act(&house, &Wish::Generate(RS256)).unwrap();
    assert_eq!(standing_for(&house, CLIENT, &next), Standing::Stale);
    house.rp().await;
    assert_eq!(standing_for(&house, CLIENT, &next), Standing::Ready);
}

/// Makes the next key sign at once, if it does not already.
fn act_once(house: &House, next: &str) {
    let snapshot = house.custody.snapshot();
    if snapshot
        .keys
        .active(RS256)
        .is_some_and(|key| key.kid != next)
    {
        let kid = next.to_owned();
        act(house, &Wish::Act(Act::Promote { kid, now: true }));
    }
}

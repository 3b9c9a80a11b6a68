//! What is told of clients, and pins.

use dingpass::domain::id::ClientId;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::operator::keys::{ClientStatus, Fate, KeyQuestion, RefusalCause, Standing};

use super::{Bureau, ES256, RS256, WAIT, kid_of, rotate, rotate_now};
use crate::support::RelyingParty;

async fn of(bureau: &Bureau, client: &str) -> ClientStatus {
    let status = bureau.status().await;
    let found = status.clients.into_iter();
    found
        .into_iter()
        .find(|it| it.client.as_str() == client)
        .unwrap()
}

fn pin(client: &str, kid: &str, until: i64) -> KeyQuestion {
    KeyQuestion::Pin {
        client: ClientId::new(client),
        kid: kid.to_owned(),
        until,
    }
}

async fn sign_in_to_wiki(bureau: &Bureau) -> String {
    let rp = RelyingParty::discover(
        &bureau.house.issuer,
        "wiki",
        Some("another-secret-of-32-characters!!"),
        "http://127.0.0.1:8080/wiki",
    )
    .await
    .signed_by(SigningAlg::Es256);
    let tokens = rp.sign_in(&mut bureau.house.browser(), &[]).await;
    kid_of(&tokens.id_token)
}

/// Issue: status shows ready, unknown and stale clients, and what to do.
#[tokio::test]
async fn the_status_tells_ready_stale_and_unknown_clients_apart() {
    let bureau = Bureau::start().await;
    assert_eq!(of(&bureau, "wiki").await.standing, Standing::Unknown);
    let advice = of(&bureau, "wiki").await.advice.unwrap();
    assert!(advice.contains("/jwks/wiki"), "{advice}");
    bureau.wiki_fetches().await;
    let ready = of(&bureau, "wiki").await;
    assert_eq!((ready.standing, ready.advice), (Standing::Ready, None));
    let next = bureau.generate(ES256).await;
    let stale = of(&bureau, "wiki").await;
    assert_eq!(stale.standing, Standing::Stale);
    assert_eq!(stale.about.as_deref(), Some(next.as_str()));
    assert_eq!(stale.signed_with, Some(bureau.active(ES256).await));
    assert_eq!(stale.advice, None, "its copy is good yet: it will fetch");
    assert!(stale.fetched_at.is_some());
    bureau.house.clock.advance_seconds(WAIT);
    let advice = of(&bureau, "wiki").await.advice;
    assert!(advice.unwrap().contains("restart"), "it keeps what it has");
    bureau.wiki_fetches().await;
    assert_eq!(of(&bureau, "wiki").await.standing, Standing::Ready);
    let set = bureau.status().await.sets;
    let set = set.iter().find(|set| set.algorithm == ES256).unwrap();
    assert_eq!((set.ready, set.stale, set.unknown), (1, 0, 0));
    assert_eq!(set.next.as_deref(), Some(next.as_str()));
}

/// Each set tells when another key signs, as things stand.
#[tokio::test]
async fn the_status_tells_when_another_key_signs() {
    let bureau = Bureau::start().await;
    let moment = |status: dingpass::operator::keys::KeyStatus| {
        let set = status.sets.into_iter().find(|it| it.algorithm == RS256);
        set.unwrap().rotates_at.map(|at| at - status.now)
    };
    assert_eq!(moment(bureau.status().await), None, "by command alone");
    bureau.done(rotate(RS256)).await;
    let wait = i64::try_from(WAIT).unwrap() * 1000;
    assert_eq!(moment(bureau.status().await), Some(wait));
    bureau.serve(1).await;
    let late = bureau.status().await.sets;
    let late = &late.iter().find(|set| set.algorithm == RS256).unwrap().late;
    assert_eq!(super::word(&late[0].cause), "publication");
}

/// Issue: `rotate --now` says exactly what will break.
#[tokio::test]
async fn each_client_is_told_what_it_meets() {
    let bureau = Bureau::start().await;
    let fate = |planned: dingpass::operator::keys::Planned| {
        let loss = planned.consequences.into_iter().next().unwrap();
        loss.clients.into_iter().next().unwrap()
    };
    let met = fate(bureau.planned(rotate_now(ES256)).await);
    assert_eq!(met.client.as_str(), "wiki");
    assert_eq!(
        (met.standing, met.fate),
        (Standing::Unknown, Fate::FailsUntilFetch)
    );
    assert_eq!(met.fails_for, Some(WAIT * 1000));
    bureau.wiki_fetches().await;
    bureau.house.clock.advance_seconds(3);
    let met = fate(bureau.planned(rotate_now(ES256)).await);
    assert_eq!(met.standing, Standing::Stale);
    assert_eq!(
        met.fails_for,
        Some((WAIT - 3) * 1000),
        "its copy is 3 s old"
    );
    bureau.house.clock.advance_seconds(WAIT);
    let met = fate(bureau.planned(rotate_now(ES256)).await);
    assert_eq!(met.fails_for, None);
    assert!(
        met.words.contains("longer than it is told"),
        "{}",
        met.words
    );
    bureau.generate(ES256).await;
    bureau.wiki_fetches().await;
    let met = fate(bureau.planned(rotate_now(ES256)).await);
    assert_eq!((met.standing, met.fate), (Standing::Ready, Fate::Fine));
}

/// A client that is known to lack the next key makes it a break, however long it was published.
#[tokio::test]
async fn a_stale_client_makes_a_ripe_key_a_break() {
    let bureau = Bureau::start().await;
    bureau.wiki_fetches().await;
    bureau.generate(ES256).await;
    bureau.serve(WAIT + 1).await;
    let planned = bureau.planned(rotate_now(ES256)).await;
    assert!(planned.breaks);
    assert_eq!(
        bureau.cause(rotate_now(ES256)).await,
        RefusalCause::NeedsConfirmation
    );
    bureau.wiki_fetches().await;
    assert!(!bureau.planned(rotate_now(ES256)).await.breaks);
}

/// Issue: a client can be pinned to the old key until a date.
#[tokio::test]
async fn a_pinned_client_stays_with_its_key_until_its_date() {
    let bureau = Bureau::start().await;
    let old = bureau.active(ES256).await;
    let until = bureau.status().await.now + 60_000;
    bureau.done(pin("wiki", &old, until)).await;
    let (planned, _) = bureau.confirmed(rotate_now(ES256)).await;
    assert_eq!(planned.consequences[0].clients[0].fate, Fate::Pinned);
    assert_eq!(sign_in_to_wiki(&bureau).await, old);
    let status = of(&bureau, "wiki").await;
    assert_eq!(status.signed_with.as_ref(), Some(&old));
    let line = status.pin.unwrap();
    assert!(line.holds && line.kid == old && line.until == until);
    assert_eq!(bureau.key(&old).await.pinned, [ClientId::new("wiki")]);
    bureau.house.clock.advance_seconds(61);
    bureau.house.app.look_after_keys().await;
    assert_eq!(sign_in_to_wiki(&bureau).await, bureau.active(ES256).await);
    assert!(of(&bureau, "wiki").await.pin.is_none());
}

/// Who pinned whom stands in the audit log.
#[tokio::test]
async fn pins_are_told_with_who_set_them() {
    let bureau = Bureau::start().await;
    let kid = bureau.active(ES256).await;
    let until = bureau.status().await.now + 60_000;
    bureau.done(pin("wiki", &kid, until)).await;
    let unpin = || KeyQuestion::Unpin {
        client: ClientId::new("wiki"),
    };
    bureau.done(unpin()).await;
    assert_eq!(bureau.cause(unpin()).await, RefusalCause::NothingToDo);
    let events = bureau.events().await;
    let acts: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "operator_acted")
        .collect();
    let names: Vec<&str> = acts.iter().map(|it| it["act"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["client_pinned", "client_unpinned"],
        "no refused one"
    );
    for act in acts {
        assert_eq!(act["uid"], bureau.uid());
        assert_eq!(
            (&act["client"], &act["kid"]),
            (&"wiki".into(), &kid.as_str().into())
        );
    }
}

/// A pin that could not work is refused.
#[tokio::test]
async fn pins_that_can_not_work_are_refused() {
    let bureau = Bureau::start().await;
    let (rs256, es256) = (bureau.active(RS256).await, bureau.active(ES256).await);
    let next = bureau.generate(ES256).await;
    let later = bureau.status().await.now + 60_000;
    for (client, kid, until, cause) in [
        ("nobody", &es256, later, RefusalCause::UnknownClient),
        ("wiki", &rs256, later, RefusalCause::OtherAlgorithm),
        ("wiki", &next, later, RefusalCause::WrongState),
        (
            "wiki",
            &"nothing".to_owned(),
            later,
            RefusalCause::UnknownKey,
        ),
        ("wiki", &es256, 1, RefusalCause::BadValue),
    ] {
        assert_eq!(bureau.cause(pin(client, kid, until)).await, cause);
    }
    let acted = |event: &serde_json::Value| event["event"] == "operator_acted";
    assert!(!bureau.events().await.iter().any(acted));
}

/// Taking away the pin of a client that lacks the key of all others breaks it.
#[tokio::test]
async fn unpinning_a_client_that_would_fail_is_shown_first() {
    let bureau = Bureau::start().await;
    bureau.wiki_fetches().await;
    let old = bureau.active(ES256).await;
    let until = bureau.status().await.now + 600_000;
    bureau.done(pin("wiki", &old, until)).await;
    bureau.confirmed(rotate_now(ES256)).await;
    let unpin = KeyQuestion::Unpin {
        client: ClientId::new("wiki"),
    };
    assert_eq!(
        bureau.cause(unpin.clone()).await,
        RefusalCause::NeedsConfirmation
    );
    let (planned, _) = bureau.confirmed(unpin).await;
    assert!(planned.notes[0].contains("fails until it fetches"));
}

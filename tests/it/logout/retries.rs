//! Back-channel logout against clients that are down, slow or wrong.

use std::sync::Arc;

use dingpass::domain::event::DeliveryOutcome::{Delivered, Failed, GivenUp};
use dingpass::domain::id::ClientId;
use dingpass::domain::logout::DeliveryState;

use super::receiver::Behaviour::{Answer, Hang};
use super::receiver::{
    ALLOWED, Receiver, attempts, attempts_so_far, client, later, log_out, sign_in_with, telling,
    told_before_a_failure, verified,
};
use super::wire::plan;
use crate::support::{CLIENT, soon, test_custody};

/// At once, after 10 s, 1 min, 5 min, 15 min, 1 h, 3 h, 6 h and 12 h: then it is given up.
const PAUSES: [u64; 8] = [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200];

/// A client that is down for hours is told when it is back.
#[tokio::test]
async fn a_client_that_fails_is_tried_again_and_again_and_then_given_up() {
    let receiver = Receiver::start().await;
    receiver.otherwise(Answer(500));
    let house = telling(&receiver, "").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    attempts_so_far(&house, CLIENT, 1).await;
    for (number, pause) in PAUSES.into_iter().enumerate() {
        later(&house, pause - 1);
        // Nothing is due: another look changes nothing.
        tokio::task::yield_now().await;
        assert_eq!(receiver.count(), number + 1);
        later(&house, 1);
        attempts_so_far(&house, CLIENT, number + 2).await;
    }
    let told = attempts(&house, CLIENT).await;
    let outcomes: Vec<_> = told.iter().map(|(_, outcome, _)| *outcome).collect();
    assert_eq!(outcomes[..8], [Failed; 8]);
    assert_eq!(outcomes[8..], [GivenUp]);
    assert!(told.iter().all(|(_, _, answer)| answer == "http 500"));
    let numbers: Vec<u32> = told.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    later(&house, 1_000_000);
    let log = house
        .store
        .deliveries_of(&ClientId::new(CLIENT), 9)
        .await
        .unwrap();
    assert!(matches!(log[0].state, DeliveryState::GivenUp { .. }));
    // Each attempt has a name of its own: a client may refuse one that it has seen.
    let mut names = Vec::new();
    for token in receiver.tokens(9).await {
        names.push(verified(&house, CLIENT, &token).await["jti"].to_string());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 9);
}

/// Section 2.8: 200 is success, and 204 for frameworks that can't help it; 400 is a no. A
/// redirect is not followed.
#[tokio::test]
async fn only_200_and_204_are_success() {
    for (status, outcome) in [
        (200, Delivered),
        (204, Delivered),
        (202, Failed),
        (302, Failed),
        (307, Failed),
        (400, Failed),
        (404, Failed),
        (503, Failed),
    ] {
        let receiver = Receiver::start().await;
        receiver.then(&[Answer(status)]);
        let house = telling(&receiver, "").await;
        let mut browser = house.browser();
        let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
        log_out(&house, &mut browser, &signed_in).await;
        let told = attempts_so_far(&house, CLIENT, 1).await;
        assert_eq!(told, [(1, outcome, format!("http {status}"))]);
    }
}

/// Nobody listens there: written down as that, without an address.
#[tokio::test]
async fn a_client_that_can_t_be_reached_is_tried_again() {
    let receiver = Receiver::start().await;
    let mut gone = receiver.clone();
    gone.url = format!("http://127.0.0.1:{}/gone", crate::support::free_port());
    let house = telling(&gone, "").await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    let told = attempts_so_far(&house, CLIENT, 1).await;
    assert_eq!(told, [(1, Failed, "no connection".to_owned())]);
}

/// One client that hangs, with more sessions than it is asked for at once, delays no other,
/// nor the logout itself.
#[tokio::test]
async fn a_client_that_hangs_delays_no_other() {
    let (hanging, other) = (Receiver::start().await, Receiver::start().await);
    hanging.otherwise(Hang);
    let house = telling(&hanging, &client("wiki", &other.url)).await;
    let rp = house.rp().await;
    let mut people = Vec::new();
    for _ in 0..13 {
        let mut browser = house.browser();
        let signed_in = rp.sign_in(&mut browser, &[]).await;
        people.push((browser, signed_in));
    }
    let (last, _) = people.last_mut().unwrap();
    sign_in_with(&house, "wiki", last).await;
    for (browser, signed_in) in &mut people {
        log_out(&house, browser, signed_in).await;
    }
    let told = attempts_so_far(&house, "wiki", 1).await;
    assert_eq!(told[0].1, Delivered);
    // It is asked for few at once, however many have been given up by now, and it was not
    // waited for.
    let asked = hanging.count();
    let given_up = attempts(&house, CLIENT).await.len();
    assert!(asked <= 4 + given_up, "{asked}, {given_up}");
    let told = told_before_a_failure(&house).await;
    assert!(told.contains(&"wiki".to_owned()), "{told:?}");
}

/// A restart between two attempts: what was to be told is told by the next process, at its
/// time, with the same keys.
#[tokio::test]
async fn deliveries_go_on_after_a_restart() {
    use dingpass::store::{Location, open};
    let folder = tempfile::tempdir().unwrap();
    let place = Location::File {
        path: folder.path().join("dingpass.redb"),
        cache: 1024 * 1024,
    };
    let receiver = Receiver::start().await;
    receiver.then(&[Answer(500)]);
    let custody = test_custody();
    let of = |store| {
        plan()
            .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
            .more(ALLOWED)
            .custody(Arc::clone(&custody))
            .store(store)
            .delivering()
            .start()
    };
    let runtime = std::thread::spawn({
        let place = place.clone();
        let receiver = receiver.clone();
        let custody = Arc::clone(&custody);
        // A process of its own, as far as that goes: all of its tasks end with it.
        move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async move {
                let house = plan()
                    .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
                    .more(ALLOWED)
                    .custody(custody)
                    .store(open(&place).unwrap())
                    .delivering()
                    .start()
                    .await;
                let mut browser = house.browser();
                let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
                log_out(&house, &mut browser, &signed_in).await;
                let told = attempts_so_far(&house, CLIENT, 1).await;
                assert_eq!(told[0].1, Failed);
            });
        }
    });
    tokio::task::spawn_blocking(move || runtime.join().unwrap())
        .await
        .unwrap();
    let house = of(open(&place).unwrap()).await;
    assert_eq!(receiver.count(), 1);
    later(&house, 10);
    let told = attempts_so_far(&house, CLIENT, 2).await;
    assert_eq!((told[1].0, told[1].1), (2, Delivered));
    receiver.tokens(2).await;
}

/// Section 2.8, and the operator's sleep: many clients that hang, more than are asked at once
/// elsewhere, delay nobody who listens. The last by name is asked as soon as the first.
#[tokio::test]
async fn many_clients_that_hang_delay_no_other() {
    let (hanging, other) = (Receiver::start().await, Receiver::start().await);
    hanging.otherwise(Hang);
    let mut more = client("zulu", &other.url);
    let names: Vec<String> = (0..40).map(|number| format!("hanging-{number}")).collect();
    for name in &names {
        more = format!("{more}\n{}", client(name, &hanging.url));
    }
    let house = telling(&other, &more).await;
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    for name in names.iter().map(String::as_str).chain(["zulu"]) {
        sign_in_with(&house, name, &mut browser).await;
    }
    log_out(&house, &mut browser, &signed_in).await;
    let told = attempts_so_far(&house, "zulu", 1).await;
    assert_eq!(told[0].1, Delivered);
    // None that hangs was waited for, and given up, before.
    let told = told_before_a_failure(&house).await;
    assert!(told.contains(&"zulu".to_owned()), "{told:?}");
}

/// A process that is told to end does so within the time that its manager gives it, whatever
/// a client's server does; what was not taken is told by the next one.
#[tokio::test]
async fn a_client_that_hangs_does_not_keep_the_process_from_its_end() {
    let receiver = Receiver::start().await;
    receiver.then(&[Hang]);
    let house = plan()
        .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
        .more(ALLOWED)
        .start()
        .await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ended = async {
        let _ = stopped.await;
    };
    let worker = tokio::spawn(house.app.back_channel().run(ended));
    let mut browser = house.browser();
    let signed_in = house.rp().await.sign_in(&mut browser, &[]).await;
    log_out(&house, &mut browser, &signed_in).await;
    receiver.tokens(1).await;
    stop.send(()).unwrap();
    soon(worker).await.unwrap();
    // It ended before the client's time was over: nothing is written down of that attempt.
    assert!(attempts(&house, CLIENT).await.is_empty());
    tokio::spawn(house.app.back_channel().run(std::future::pending()));
    let told = attempts_so_far(&house, CLIENT, 1).await;
    assert_eq!(told[0].1, Delivered);
}

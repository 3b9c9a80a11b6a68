//! A flood of failures can't fill a disk.

use std::fmt::Write as _;

use super::{Operator, counted};
use crate::support::{House, http};

/// Ten thousand failures, whatever they bring, are one row for each cause and client.
#[tokio::test]
async fn ten_thousand_failed_authentications_make_few_rows() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    let http = http();
    for batch in 0..100 {
        let attempts = (0..100).map(|number| {
            let form = [
                ("grant_type", "authorization_code"),
                ("client_id", &*format!("made-up-{batch}-{number}")),
                ("client_secret", &*format!("secret-{number}")),
            ];
            http.post(house.url("/token")).form(&form).send()
        });
        for attempt in attempts {
            assert_eq!(attempt.await.unwrap().status(), 401);
        }
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    assert_eq!(
        counted(&events),
        [("client_authentication/rejected_client", None, 10_000)]
    );
}

/// Where more clients fail than are told apart, the rest is counted together and no failure
/// is lost.
#[tokio::test]
async fn one_interval_makes_at_most_two_hundred_rows() {
    let mut clients = String::new();
    for number in 0..300 {
        write!(
            clients,
            "[[clients]]\nclient_id = \"client-{number}\"\nclient_secret = \
             \"a-secret-of-at-least-32-characters!!\"\n\
             redirect_uris = [\"http://127.0.0.1:8080/callback\"]\n"
        )
        .unwrap();
    }
    let house = House::plan().more(&clients).start().await;
    let operator = Operator::of(&house);
    let http = http();
    for number in 0..300 {
        let id = format!("client-{number}");
        let request = http.post(house.url("/token")).form(&[("grant_type", "x")]);
        let answer = request.basic_auth(id, Some("wrong")).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    house.app.tell_failures().await;
    let events = operator.all().await;
    let counts = counted(&events);
    assert_eq!(counts.len(), 200);
    assert_eq!(counts.iter().map(|(_, _, count)| count).sum::<u64>(), 300);
    assert_eq!(counts[199], ("others", None, 101));
}

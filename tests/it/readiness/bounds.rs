//! What a flood can't do: push out what is known, grow, or make requests wait for each other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dingpass::clock::Timestamp;
use dingpass::config;
use dingpass::domain::client::{Client, Clients};
use dingpass::domain::id::ClientId;
use dingpass::protocol::key_adoption::{Caller, KeyAdoption, Standing};

use super::{BackEnd, house, known, standing};
use crate::support::CLIENT;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub(super) fn clients(count: usize) -> Clients {
    let mut text = "issuer = \"http://127.0.0.1:1\"\n[store]\nurl = \"redb::memory:\"\n\
         [[upstream]]\nid = \"acme\"\nkind = \"dingtalk\"\nclient_id = \"a\"\n\
         client_secret = \"b\"\ncorp_id = \"c\"\n"
        .to_owned();
    for number in 0..count {
        text.push_str(&format!(
            "[[clients]]\nclient_id = \"{number}\"\nredirect_uris = [\"https://a.example/\"]\n\
             client_secret = \"a-secret-of-at-least-32-characters!!\"\n"
        ));
    }
    let config = config::load(&text, Path::new("/"), &BTreeMap::new())
        .unwrap_or_else(|faults| panic!("{}", config::describe(&faults, "test", &text)));
    config.clients.into_iter().collect()
}

pub(super) fn kids() -> Arc<[String]> {
    Arc::from(["one".to_owned(), "two".to_owned()])
}

/// Somebody with that `User-Agent`.
pub(super) fn caller(adoption: &KeyAdoption, agent: &str) -> Caller {
    adoption.caller(None, std::iter::once((2, agent.as_bytes())))
}

fn client(clients: &Clients, number: usize) -> Arc<Client> {
    let id = ClientId::new(number.to_string());
    clients.find(&id).unwrap()
}

fn has_fetched(adoption: &KeyAdoption, number: usize) -> bool {
    let id = ClientId::new(number.to_string());
    adoption.standing(&id, "two", NOW) == Standing::Ready
}

/// A flood with random agents over the wire: who is known stays known.
#[tokio::test]
async fn made_up_callers_push_out_nobody_who_is_known() {
    let house = house().await;
    let app = BackEnd::new("gitea/1.24");
    app.authenticates(&house).await;
    let adoption = house.app.key_adoption();
    let kids = super::kids(&house);
    for number in 0..50_000 {
        let flooder = caller(&adoption, &format!("agent-{number}"));
        adoption.fetched(&flooder, &kids, NOW);
    }
    app.fetch(&house).await;
    assert_eq!(standing(&house, CLIENT), Standing::Ready);
    assert!(known(&house, CLIENT).fetched_at.is_some());
}

/// Callers that nobody knows yet have a room of their own with an end: the latest ones are in
/// it, and those that came before a flood are not.
#[test]
fn unknown_callers_have_a_bounded_room() {
    let clients = clients(3);
    let adoption = KeyAdoption::new(&clients);
    let kids = kids();
    let early = caller(&adoption, "early");
    let patient = caller(&adoption, "patient");
    adoption.fetched(&early, &kids, NOW);
    for number in 0..20_000 {
        let flooder = caller(&adoption, &format!("agent-{number}"));
        adoption.fetched(&flooder, &kids, NOW);
        if number % 500 == 0 {
            adoption.fetched(&patient, &kids, NOW);
        }
    }
    let late = caller(&adoption, "agent-19000");
    for (number, caller) in [early, patient, late].iter().enumerate() {
        adoption.authenticated(caller, &client(&clients, number), NOW);
    }
    assert!(!has_fetched(&adoption, 0), "the flood has no end");
    assert!(has_fetched(&adoption, 1), "who comes again was pushed out");
    assert!(has_fetched(&adoption, 2), "the latest were pushed out");
}

/// A client with a secret could authenticate from any number of made-up places.
#[test]
fn the_places_of_one_client_push_out_none_of_anothers() {
    let clients = clients(2);
    let adoption = KeyAdoption::new(&clients);
    let (kids, honest) = (kids(), caller(&adoption, "honest"));
    adoption.authenticated(&honest, &client(&clients, 0), NOW);
    let greedy = client(&clients, 1);
    for number in 0..10_000 {
        let place = caller(&adoption, &format!("place-{number}"));
        adoption.authenticated(&place, &greedy, NOW);
    }
    adoption.fetched(&honest, &kids, NOW);
    assert!(has_fetched(&adoption, 0));
    // Its own first place went for the latest ones.
    adoption.fetched(&caller(&adoption, "place-0"), &kids, NOW);
    assert!(!has_fetched(&adoption, 1));
    adoption.fetched(&caller(&adoption, "place-9990"), &kids, NOW);
    assert!(has_fetched(&adoption, 1));
}

/// A place that had to go is known again at the next authentication there, with what was
/// fetched meanwhile.
#[test]
fn a_place_that_had_to_go_comes_back() {
    let clients = clients(1);
    let adoption = KeyAdoption::new(&clients);
    let only = client(&clients, 0);
    let first = caller(&adoption, "first");
    adoption.authenticated(&first, &only, NOW);
    for number in 0..64 {
        let place = caller(&adoption, &format!("place-{number}"));
        adoption.authenticated(&place, &only, NOW);
    }
    adoption.fetched(&first, &kids(), NOW);
    assert!(!has_fetched(&adoption, 0));
    adoption.authenticated(&first, &only, NOW);
    assert!(has_fetched(&adoption, 0));
}

/// Three clients in turn at one place: none of them loses the places that it has elsewhere.
#[test]
fn clients_that_take_turns_at_one_place_keep_their_others() {
    let clients = clients(3);
    let adoption = KeyAdoption::new(&clients);
    let shared = caller(&adoption, "shared");
    for number in 0..3 {
        let own = caller(&adoption, &format!("own-{number}"));
        adoption.authenticated(&own, &client(&clients, number), NOW);
    }
    for turn in 0..600 {
        adoption.authenticated(&shared, &client(&clients, turn % 3), NOW);
    }
    adoption.fetched(&shared, &kids(), NOW);
    for number in 0..3 {
        assert!(!has_fetched(&adoption, number));
    }
    for number in 0..3 {
        adoption.fetched(&caller(&adoption, &format!("own-{number}")), &kids(), NOW);
        assert!(has_fetched(&adoption, number), "{number}");
    }
}

/// 64 threads that do everything at once come to an end, and every client is known by its
/// own place and by no other.
#[test]
fn many_threads_at_once_come_to_an_end() {
    const THREADS: usize = 64;
    let clients = clients(THREADS);
    let adoption = KeyAdoption::new(&clients);
    let kids = kids();
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let (adoption, kids, clients) = (&adoption, &kids, &clients);
            scope.spawn(move || {
                let own = caller(adoption, &format!("own-{number}"));
                let me = client(clients, number);
                let neighbour = client(clients, (number + 1) % THREADS);
                for turn in 0..200 {
                    let meeting = caller(adoption, &format!("meeting-{}", turn % 7));
                    adoption.authenticated(&meeting, &me, NOW);
                    adoption.authenticated(&meeting, &neighbour, NOW);
                    let made_up = caller(adoption, &format!("{number}-{turn}"));
                    adoption.authenticated(&made_up, &me, NOW);
                    adoption.fetched(&made_up, kids, NOW);
                    adoption.hinted(&neighbour.id, "one", NOW);
                    let _ = adoption.changed();
                }
                adoption.authenticated(&own, &me, NOW);
                adoption.fetched(&own, kids, NOW);
            });
        }
    });
    for number in 0..THREADS {
        assert!(has_fetched(&adoption, number), "{number}");
    }
}

//! `demo` and `sim` at the terminal.

use std::net::{Ipv4Addr, TcpListener};

use super::place::{Place, text};
use super::process::{Process, run};
use crate::support::{free_port, http};

/// Each of the three ports has its flag, and the sentence names it.
#[test]
fn a_demo_whose_port_is_taken_names_the_flag() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let flags = ["--port", "--app-port", "--sim-port"];
    for flag in flags {
        let mut arguments = vec!["demo"];
        for other in flags {
            arguments.extend([other, if other == flag { port.as_str() } else { "0" }]);
        }
        let ended = run(&arguments, &[]);
        let sentence = ended.sentence();
        assert!(sentence.contains(&port), "{sentence}");
        let advice = format!("choose another with {flag}");
        assert!(sentence.contains(&advice), "{sentence}");
    }
}

/// README, "A minute": the address to open is told, and it is a page.
#[tokio::test]
async fn a_demo_says_what_to_open_and_ends_on_sigint() {
    let arguments = ["demo", "--port", "0", "--app-port", "0", "--sim-port", "0"];
    let mut demo = Process::start(&arguments, &[]);
    let line = demo.wait_for("Open  ");
    let url = line.split_whitespace().last().unwrap().to_owned();
    demo.wait_for("Ctrl-C");
    let page = http().get(&url).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("id=\"sign-in\""));
    demo.signal("INT");
    assert_eq!(demo.wait().code(), Some(0), "{:?}", demo.said);
}

/// Where it listens and where its switches are.
#[tokio::test]
async fn a_simulator_prints_its_address_and_its_switches() {
    let mut sim = Process::start(&["sim", "--listen", "127.0.0.1:0"], &[]);
    let line = sim.wait_for("listens on");
    let url = line.split_whitespace().last().unwrap().to_owned();
    assert!(!url.ends_with(":0"), "{url} is the true address");
    let switches = sim.wait_for("switches");
    assert!(switches.ends_with(&format!("{url}/_sim")), "{switches}");
    let help = http().get(format!("{url}/_sim")).send().await.unwrap();
    assert_eq!(help.status(), 200);
    sim.signal("TERM");
    assert_eq!(sim.wait().code(), Some(0));
}

/// A people file is an operator's own work: the fault has file, line and column.
#[test]
fn a_broken_people_file_is_told_with_its_name_and_place() {
    let place = Place::new();
    let people = place.path("people.json");
    let file = text(&people);
    let listen = format!("127.0.0.1:{}", free_port());
    let start = || run(&["sim", "--listen", &listen, "--people", &file], &[]);
    let missing = start();
    assert!(missing.sentence().contains(&file), "{missing:?}");
    std::fs::write(&people, "{\n  \"organisations\": [,]\n}\n").unwrap();
    let broken = start();
    let sentence = broken.sentence();
    assert!(sentence.contains("line 2, column 21"), "{sentence}");
    assert!(sentence.contains(&file), "{sentence}");
}

/// Nobody of that name: said at the start, not at the first sign-in.
#[test]
fn an_automatic_login_of_nobody_is_told_at_the_start() {
    let listen = format!("127.0.0.1:{}", free_port());
    let ended = run(&["sim", "--listen", &listen, "--auto-login", "nobody"], &[]);
    assert!(ended.sentence().contains("nobody"), "{ended:?}");
}

/// A port that is taken.
#[test]
fn a_simulator_whose_port_is_taken_names_the_address() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let ended = run(&["sim", "--listen", &listen], &[]);
    assert!(ended.sentence().contains(&listen), "{ended:?}");
}

//! `dingpass healthcheck`: exit code 0 or 1, for containers.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

use super::place::Place;
use super::process::run;

/// Alive, ready, and gone.
#[test]
fn a_running_broker_is_0_and_a_stopped_one_is_1() {
    let place = Place::new();
    let before = place.run("healthcheck", &[]);
    let sentence = before.sentence();
    assert!(sentence.contains(&place.address()), "{sentence}");
    let mut process = place.serve();
    for more in [&[][..], &["--ready"][..]] {
        let ended = place.run("healthcheck", more);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.is_empty() && ended.stderr.is_empty());
    }
    process.signal("TERM");
    process.wait();
    assert_eq!(place.run("healthcheck", &["--ready"]).code, Some(1));
}

/// It speaks plain http to this machine: that there is nobody to trust in the container is no
/// reason to call a broker dead, and no file of roots is read every few seconds.
#[test]
fn it_needs_no_roots_of_trust() {
    let place = Place::new();
    let _process = place.serve();
    let (bundle, folder) = (place.path("no-roots.pem"), place.path("no-roots"));
    std::fs::write(&bundle, "").unwrap();
    std::fs::create_dir(&folder).unwrap();
    let file = place.file();
    let (bundle, folder) = (bundle.display().to_string(), folder.display().to_string());
    let roots = [
        ("SSL_CERT_FILE", bundle.as_str()),
        ("SSL_CERT_DIR", folder.as_str()),
    ];
    let ended = run(&["healthcheck", "--config", &file], &roots);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// CONTRIBUTING.md, Decisions: readiness never depends on DingTalk; none runs here.
#[test]
fn a_broker_that_listens_on_all_addresses_is_asked_on_loopback() {
    let place = Place::new();
    let all = format!("listen = \"0.0.0.0:{}\"", place.port);
    place.edit(&format!("listen = \"{}\"", place.address()), &all);
    let _process = place.serve();
    assert_eq!(place.run("healthcheck", &["--ready"]).code, Some(0));
}

/// Whatever answers there, only a plain yes is one.
#[test]
fn an_answer_other_than_200_is_1() {
    let place = Place::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).unwrap();
    std::thread::spawn(move || {
        for answer in [
            "503 Service Unavailable",
            "302 Found\r\nLocation: /",
            "404 Not Found",
        ] {
            let (mut connection, _) = listener.accept().unwrap();
            assert!(connection.read(&mut [0; 4096]).unwrap() > 0);
            write!(connection, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
    });
    for status in ["503", "302", "404"] {
        let ended = place.run("healthcheck", &["--ready"]);
        let sentence = ended.sentence();
        assert!(sentence.contains("/readyz"), "{sentence}");
        assert!(sentence.contains(status), "{sentence}");
    }
}

/// A probe must not kill a server that is well because somebody is editing its file.
#[test]
fn faults_elsewhere_in_the_file_do_not_make_a_running_broker_unhealthy() {
    let place = Place::new();
    let _process = place.serve();
    place.edit("[keys]", "typo = 1\n[keys]\nalso = \"unknown\"");
    assert_eq!(place.run("check", &[]).code, Some(1));
    assert_eq!(place.run("healthcheck", &["--ready"]).code, Some(0));
    place.edit(&place.address(), "nowhere");
    let ended = place.run("healthcheck", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("`listen`"), "{}", ended.stderr);
}

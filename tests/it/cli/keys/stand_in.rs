//! A stand-in for the server at its socket: it answers as it is told, and remembers what it was
//! asked. Keys of known names and clocks that stand make answers that can be compared whole.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};

use dingpass::domain::id::ClientId;
use dingpass::domain::key_state::KeyState;
use dingpass::operator::keys::{
    ClientCount, ClientFate, ClientStatus, Consequences, Done, Fate, FolderStatus, KeyAnswer,
    KeyLine, KeyList, KeyQuestion, KeyRequest, KeyStatus, Planned, SetName, SetStatus, Standing,
    Step, StepName,
};

use crate::cli::place::Place;
use crate::cli::process::{Ended, run};

/// 2026-11-25 16:00 in Shanghai.
pub(super) const NOW: i64 = 1_795_593_600_000;
pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// The key that signs, and the next one: thumbprints that begin alike for eight characters.
pub(super) const ACTIVE: &str = "NzbLsXh8aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789";
pub(super) const NEXT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
/// One that was brought in with a name to be read.
pub(super) const OLD: &str = "2024-03";

/// A place with a stand-in for its server.
pub(super) struct Asked {
    pub(super) place: Place,
    requests: Arc<Mutex<Vec<KeyRequest>>>,
}

impl Asked {
    pub(super) fn answering(answer: impl Fn(&KeyRequest) -> KeyAnswer + Send + 'static) -> Self {
        let place = Place::new();
        let requests = Arc::new(Mutex::new(Vec::new()));
        std::fs::create_dir(place.path("data")).unwrap();
        let listener = UnixListener::bind(place.path("data/dingpass.sock")).unwrap();
        let heard = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &answer, &heard);
            }
        });
        Self { place, requests }
    }

    /// `dingpass keys`, on the clock of Shanghai.
    pub(super) fn keys(&self, arguments: &[&str]) -> Ended {
        let file = self.place.file();
        let mut all = vec!["keys", "--config", &file];
        all.extend(arguments);
        run(&all, &[("TZ", "Asia/Shanghai")])
    }

    /// What was asked, the looks at the list left out.
    pub(super) fn asked(&self) -> Vec<KeyRequest> {
        let mut requests = self.requests.lock().unwrap().clone();
        requests.retain(|request| !matches!(request.ask, KeyQuestion::List));
        requests
    }
}

fn serve(
    stream: UnixStream,
    answer: &impl Fn(&KeyRequest) -> KeyAnswer,
    heard: &Mutex<Vec<KeyRequest>>,
) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        // The first connection only knocks.
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let request: KeyRequest = serde_json::from_slice(&body).unwrap();
    let text = serde_json::to_string(&answer(&request)).unwrap();
    heard.lock().unwrap().push(request);
    let head = format!(
        "HTTP/1.1 200 OK\r\ndingpass-version: 9.9.9\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        text.len()
    );
    // Who was interrupted does not take the answer.
    let _ = reader.get_mut().write_all((head + &text).as_bytes());
}

/// A server with three keys and four clients, at which everything succeeds.
pub(super) fn usual(request: &KeyRequest) -> KeyAnswer {
    match &request.ask {
        KeyQuestion::List => KeyAnswer::Keys(list()),
        KeyQuestion::Status => KeyAnswer::Status(status()),
        KeyQuestion::Export { .. } => panic!("not exported here"),
        _ if request.dry_run => KeyAnswer::Planned(planned(false)),
        _ => KeyAnswer::Done(done()),
    }
}

/// The same, where something breaks.
pub(super) fn breaking(request: &KeyRequest) -> KeyAnswer {
    match usual(request) {
        KeyAnswer::Planned(_) => KeyAnswer::Planned(planned(true)),
        other => other,
    }
}

pub(super) fn rs256() -> SetName {
    "RS256".parse().unwrap()
}

pub(super) fn folder() -> FolderStatus {
    FolderStatus {
        directory: "/var/lib/dingpass/keys".to_owned(),
        generation: 17,
        read_only: false,
        keeps_states: true,
        encrypted: false,
        fault: None,
        untold: 0,
    }
}

fn key(kid: &str, state: KeyState) -> KeyLine {
    KeyLine {
        kid: kid.to_owned(),
        algorithm: rs256(),
        state,
        bits: Some(2048),
        file: Some(format!("20261125T080000Z-RS256-{kid}.pem")),
        encrypted: Some(false),
        created_at: NOW - DAY,
        published_at: Some(NOW - DAY),
        activated_at: None,
        retired_at: None,
        withdrawn_at: None,
        revoked_at: None,
        served: None,
        needed: None,
        promote_when_ready: false,
        to_end: false,
        pinned: Vec::new(),
    }
}

pub(super) fn list() -> KeyList {
    let next = KeyLine {
        served: Some(23 * 3_600_000),
        needed: Some(7 * 24 * 3_600_000),
        ..key(NEXT, KeyState::Next)
    };
    let active = KeyLine {
        activated_at: Some(NOW - 60 * DAY),
        ..key(ACTIVE, KeyState::Active)
    };
    let old = KeyLine {
        retired_at: Some(NOW - HOUR),
        pinned: vec![ClientId::new("payroll")],
        encrypted: Some(true),
        ..key(OLD, KeyState::Retired)
    };
    let leaked = KeyLine {
        revoked_at: Some(NOW - 1_000),
        file: None,
        encrypted: None,
        to_end: true,
        ..key("leaked", KeyState::Revoked)
    };
    KeyList {
        now: NOW,
        folder: folder(),
        keys: vec![next, active, old, leaked],
    }
}

fn step(at: i64, kid: Option<&str>, what: StepName) -> Step {
    Step {
        at,
        algorithm: rs256(),
        kid: kid.map(str::to_owned),
        what,
        client: None,
    }
}

fn seal(at: i64, kid: Option<&str>, what: StepName) -> Step {
    Step {
        algorithm: "A256GCM".parse().unwrap(),
        ..step(at, kid, what)
    }
}

fn timeline() -> Vec<Step> {
    vec![
        step(NOW + 6 * DAY + 23 * HOUR, Some(NEXT), StepName::Signs),
        step(NOW + 6 * DAY + 23 * HOUR, Some(ACTIVE), StepName::Retired),
        Step {
            client: Some(ClientId::new("payroll")),
            ..step(NOW + 7 * DAY, Some(OLD), StepName::PinEnds)
        },
        step(NOW + 7 * DAY + HOUR, Some(OLD), StepName::Withdrawn),
        seal(NOW + 20 * DAY, None, StepName::Made),
        seal(NOW + 20 * DAY, None, StepName::Published),
        seal(NOW + 20 * DAY, Some("sealing"), StepName::Retired),
        seal(NOW + 20 * DAY, None, StepName::Signs),
        step(NOW + 90 * DAY, None, StepName::Made),
        step(NOW + 90 * DAY, None, StepName::Published),
        step(NOW + 97 * DAY, Some(NEXT), StepName::Retired),
        step(NOW + 97 * DAY, None, StepName::Signs),
        step(NOW + 99 * DAY, Some(OLD), StepName::Forgotten),
        step(NOW + 180 * DAY, None, StepName::Made),
    ]
}

/// Two rotations, and a pin that outlasts them.
pub(super) fn far() -> Vec<Step> {
    vec![
        step(NOW, None, StepName::Made),
        step(NOW, None, StepName::Published),
        step(NOW + 7 * DAY, Some(ACTIVE), StepName::Retired),
        step(NOW + 7 * DAY, None, StepName::Signs),
        step(NOW + 8 * DAY, Some(ACTIVE), StepName::Withdrawn),
        step(NOW + 90 * DAY, None, StepName::Made),
        step(NOW + 90 * DAY, None, StepName::Published),
        step(NOW + 97 * DAY, None, StepName::Retired),
        step(NOW + 97 * DAY, None, StepName::Signs),
        Step {
            client: Some(ClientId::new("payroll")),
            ..step(NOW + 100 * DAY, Some(OLD), StepName::PinEnds)
        },
    ]
}

pub(super) fn client(id: &str, standing: Standing) -> ClientStatus {
    ClientStatus {
        client: ClientId::new(id),
        name: id.to_owned(),
        algorithm: rs256(),
        signed_with: Some(ACTIVE.to_owned()),
        about: Some(NEXT.to_owned()),
        standing,
        fetched_at: None,
        seen: None,
        hint_kid: None,
        hint_at: None,
        pin: None,
        jwks_uri: format!("https://id.example/jwks/{id}"),
        advice: None,
    }
}

pub(super) fn status() -> KeyStatus {
    KeyStatus {
        now: NOW,
        folder: folder(),
        sets: vec![SetStatus {
            algorithm: rs256(),
            unused: false,
            active: Some(ACTIVE.to_owned()),
            next: Some(NEXT.to_owned()),
            rotates_at: Some(NOW + 6 * DAY + 23 * HOUR),
            late: Vec::new(),
            timeline: timeline(),
            ready: 1,
            stale: 0,
            unknown: 1,
        }],
        clients: vec![
            client("demo", Standing::Ready),
            client("wiki", Standing::Unknown),
        ],
        at_rest: false,
    }
}

pub(super) fn planned(breaks: bool) -> Planned {
    let demo = ClientId::new("demo");
    let fate = |standing, fate, fails_for, words: &str| ClientFate {
        client: demo.clone(),
        name: "Demo".to_owned(),
        standing,
        fate,
        fails_for,
        words: words.to_owned(),
    };
    let consequences = Consequences {
        kid: ACTIVE.to_owned(),
        algorithm: rs256(),
        successor: Some(NEXT.to_owned()),
        disowned: true,
        ends: true,
        id_tokens: 12,
        grants: 14,
        families: 6,
        sessions: 11,
        by_client: vec![ClientCount {
            client: demo.clone(),
            count: 12,
        }],
        clients: vec![fate(
            Standing::Stale,
            Fate::FailsUntilFetch,
            Some(3_600_000),
            "sign-ins fail until it fetches the keys",
        )],
    };
    Planned {
        now: NOW,
        generation: 17,
        breaks,
        consequences: if breaks {
            vec![consequences]
        } else {
            Vec::new()
        },
        timeline: timeline(),
        notes: Vec::new(),
    }
}

pub(super) fn done() -> Done {
    Done {
        now: NOW,
        generation: 18,
        kid: Some(NEXT.to_owned()),
        changes: Vec::new(),
        ended: None,
        timeline: timeline(),
        told: true,
        notes: Vec::new(),
    }
}

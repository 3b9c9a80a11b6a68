//! The socket's file, and who is heard there.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use dingpass::web::admin::{AdminSocket, Peer, SocketError};
use tempfile::TempDir;

use super::{Operator, ask};
use crate::support::{House, as_nobody, has, http, nobody_reaches};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn refused(path: &Path) -> SocketError {
    AdminSocket::bind(path).map(drop).unwrap_err()
}

/// For nobody else, from its folder on.
#[tokio::test]
async fn the_socket_is_its_owners_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("made/here/dingpass.sock");
    let socket = AdminSocket::bind(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("made")), 0o700);
    assert_eq!(socket.own(), std::fs::metadata(&path).unwrap().uid());
    drop(socket);
    assert!(!path.exists(), "and gone at the end");
}

/// One that nobody answers at is replaced; one that somebody answers at, or that is no
/// socket, is left alone.
#[tokio::test]
async fn only_the_socket_of_a_dead_server_is_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dingpass.sock");
    // Dropped without its file being removed, as by a kill.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let living = AdminSocket::bind(&path).unwrap();
    assert!(matches!(refused(&path), SocketError::InUse(_)));
    assert!(path.exists());
    drop(living);
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(refused(&path), SocketError::NotASocket(_)));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    let below_a_file = path.join("dingpass.sock");
    assert!(matches!(
        refused(&below_a_file),
        SocketError::CannotMake { .. }
    ));
}

/// A server that ends does not take away the file of the one that took its place.
#[tokio::test]
async fn the_socket_of_another_is_not_removed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dingpass.sock");
    let first = AdminSocket::bind(&path).unwrap();
    std::fs::rename(&path, folder.path().join("moved.sock")).unwrap();
    let second = AdminSocket::bind(&path).unwrap();
    drop(first);
    assert!(path.exists());
    drop(second);
    assert!(!path.exists());
}

/// unix(7), SO_PEERCRED: root and the owner are heard, nobody else, and nobody of whom the
/// kernel does not say.
#[test]
fn root_and_the_owner_are_heard_and_nobody_else() {
    for (peer, own, heard) in [
        (Some(1000), 1000, true),
        (Some(0), 1000, true),
        (Some(1001), 1000, false),
        (Some(1000), 0, false),
        (Some(u32::MAX), 1000, false),
        (None, 1000, false),
        (None, 0, false),
    ] {
        assert_eq!(Peer(peer).may_operate(own), heard, "{peer:?} at {own}");
    }
}

/// The same over a real socket whose file lets everybody in. It takes root to become somebody
/// else, so elsewhere the rule is held by the test above alone.
#[tokio::test]
async fn a_foreign_uid_is_refused_though_the_file_lets_it_in() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    let open = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(operator.folder.path(), 0o755);
    open(&operator.path(), 0o666);
    if !has("curl") || !nobody_reaches(&operator.path()) {
        return;
    }
    let curl = |mut command: Command| {
        command
            .args(["-s", "-w", "%{http_code}", "-d", "{}", "--unix-socket"])
            .arg(operator.path())
            .arg("http://operator/1/audit");
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let output = curl(as_nobody("curl")).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.ends_with("403"), "{said}");
    assert!(said.contains("only root and the owner"), "{said}");
    let output = curl(Command::new("curl")).await.unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("200"));
}

/// Nothing of it is reachable over TCP.
#[tokio::test]
async fn the_public_router_knows_nothing_of_the_socket() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    assert_eq!(
        ask(&operator.path(), "/1/audit", "{}".to_owned())
            .await
            .status(),
        200
    );
    for path in ["/1/audit", "/audit", "/admin", "/admin/1/audit"] {
        for method in [reqwest::Method::GET, reqwest::Method::POST] {
            let request = crate::support::http().request(method, house.url(path));
            let answer = request.body("{}").send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            assert!(!answer.headers().contains_key("dingpass-version"));
        }
    }
    // And the socket serves nothing of the public one.
    let answer = ask(&operator.path(), "/token", String::new()).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(
        http()
            .get(house.url("/healthz"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

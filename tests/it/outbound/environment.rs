//! The environment's proxies are not ours: only `[outbound] proxy` is.

use std::process::{Child, Command, Stdio};

use http::StatusCode;

use crate::support::{free_port, http, until};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// CONTRIBUTING.md, Decisions: a proxy variable of the environment would see the secret.
#[tokio::test]
async fn a_sign_in_does_not_go_through_the_environments_proxy() {
    let (broker, app, sim) = (free_port(), free_port(), free_port());
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let mut command = Command::new(env!("CARGO_BIN_EXE_dingpass"));
    command.args(["demo", "--auto-login", "zhangsan"]);
    for (flag, port) in [("--port", broker), ("--app-port", app), ("--sim-port", sim)] {
        command.args([flag, &port.to_string()]);
    }
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env(name, &nobody);
    }
    command.env_remove("no_proxy").env_remove("NO_PROXY");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running(command.spawn().unwrap());
    let issuer = format!("http://127.0.0.1:{broker}");
    until(async || {
        let ended = running.0.try_wait().unwrap();
        assert!(ended.is_none(), "the demo ended: {ended:?}");
        let answer = http().get(format!("{issuer}/readyz")).send().await;
        answer
            .is_ok_and(|it| it.status() == StatusCode::OK)
            .then_some(())
    })
    .await;
    let request = format!(
        "{issuer}/authorize?client_id=demo&response_type=code&scope=openid\
         &code_challenge_method=S256&code_challenge=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A{app}%2Fcallback"
    );
    let app = format!("http://127.0.0.1:{app}/");
    let page = crate::support::Browser::new().follow(&request, &app).await;
    let location = page.location().unwrap_or_default();
    assert!(location.contains("code="), "{}: {}", page.status, page.body);
}

//! The simulated DingTalk, served on a free port, with its switches.

use std::sync::Arc;

use dingpass::clock::Clock;
use dingpass::entropy::SystemEntropy;
use dingpass::sim::{AutoLogin, Settings, Simulator};
use serde_json::{Value, json};

use super::http;

pub(crate) struct DingTalkSim {
    pub(crate) url: String,
    http: reqwest::Client,
}

impl DingTalkSim {
    /// Starts one that signs `auto_login` in at once, or shows its page.
    pub(crate) async fn start(clock: Arc<dyn Clock>, auto_login: Option<&str>) -> Self {
        let simulator = Simulator::new(Settings {
            people: None,
            auto_login: auto_login.map(|userid| AutoLogin::UserId(userid.to_owned())),
            redirects: Vec::new(),
            clock,
            entropy: Arc::new(SystemEntropy),
        })
        .unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = simulator.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, http: http() }
    }

    /// Chooses who signs in next.
    pub(crate) async fn sign_in_as(&self, userid: &str) {
        self.control(http::Method::PUT, "auto-login", json!({ "userid": userid }))
            .await;
    }

    /// Injects a fault: `kind` at `path`, for `times` calls (0: until removed).
    pub(crate) async fn fault(&self, path: &str, kind: &str, times: u32) {
        let mut fault = json!({ "path": path, "kind": kind });
        if times > 0 {
            fault["times"] = times.into();
        }
        self.control(http::Method::POST, "faults", fault).await;
    }

    /// Removes all faults.
    pub(crate) async fn heal(&self) {
        self.control(http::Method::DELETE, "faults", Value::Null)
            .await;
    }

    /// Takes a permission from the application.
    pub(crate) async fn revoke(&self, permission: &str) {
        let path = format!("apps/dingsimapp/permissions/{permission}");
        self.control(http::Method::DELETE, &path, Value::Null).await;
    }

    /// Gives the application a permission.
    pub(crate) async fn grant(&self, permission: &str) {
        let path = format!("apps/dingsimapp/permissions/{permission}");
        self.control(http::Method::PUT, &path, Value::Null).await;
    }

    /// The calls that were received so far, as `GET /_sim/calls` gives them.
    pub(crate) async fn calls(&self) -> Value {
        self.control(http::Method::GET, "calls", Value::Null).await
    }

    /// How many calls went to `path`.
    pub(crate) async fn count(&self, path: &str) -> usize {
        let calls = self.calls().await;
        let list = calls
            .as_array()
            .or_else(|| calls["calls"].as_array())
            .unwrap();
        list.iter().filter(|call| call["path"] == path).count()
    }

    /// Any call of the control API; the answer must be a success.
    pub(crate) async fn control(&self, method: http::Method, path: &str, body: Value) -> Value {
        let mut request = self
            .http
            .request(method, format!("{}/_sim/{path}", self.url));
        if !body.is_null() {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

//! The audit log as the operator reads it, over the socket of a house.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod events;
mod failures;
mod flood;
mod follow;
mod query;
mod retention;
mod secrets;
mod socket;

use std::path::{Path, PathBuf};

use dingpass::web::admin::AdminSocket;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::House;

/// The operator of a house, at its socket.
struct Operator {
    folder: TempDir,
    stopped: CancellationToken,
    serving: Option<JoinHandle<()>>,
}

impl Operator {
    fn of(house: &House) -> Self {
        let folder = TempDir::new().unwrap();
        let socket = AdminSocket::bind(&folder.path().join("operator.sock")).unwrap();
        let stopped = CancellationToken::new();
        let router = house.app.operator_router(socket.own(), stopped.clone());
        let serving = Some(tokio::spawn(socket.serve(router, stopped.clone())));
        Self {
            folder,
            stopped,
            serving,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("operator.sock")
    }

    /// The answer to a question.
    async fn answer(&self, question: &Value) -> Response {
        ask(&self.path(), "/1/audit", question.to_string()).await
    }

    /// The events of an answer that ends.
    async fn events(&self, question: Value) -> Vec<Value> {
        let answer = self.answer(&question).await;
        assert_eq!(answer.status(), 200);
        parsed(&answer.text().await.unwrap())
    }

    /// All events.
    async fn all(&self) -> Vec<Value> {
        self.events(json!({})).await
    }

    async fn stop(&mut self) {
        self.stopped.cancel();
        self.serving.take().unwrap().await.unwrap();
    }
}

/// A request at a socket.
async fn ask(socket: &Path, path: &str, body: String) -> Response {
    crate::support::install_crypto();
    Client::builder()
        .unix_socket(socket)
        .no_proxy()
        .build()
        .unwrap()
        .post(format!("http://operator{path}"))
        .body(body)
        .send()
        .await
        .unwrap()
}

/// JSON lines.
fn parsed(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The names of events.
fn names(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect()
}

/// The counted failures: cause, client, count.
fn counted(events: &[Value]) -> Vec<(&str, Option<&str>, u64)> {
    events
        .iter()
        .filter(|event| event["event"] == "failures_counted")
        .map(|event| {
            (
                event["cause"].as_str().unwrap(),
                event["client"].as_str(),
                event["count"].as_u64().unwrap(),
            )
        })
        .collect()
}

//! The list of calls received, and the gate that every call to the simulated hosts passes.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use super::fault::{self, Kind};
use super::reply::Outcome;
use super::state::Shared;

/// So many calls are remembered; then the oldest goes.
const CAPACITY: usize = 1000;

/// A call received. The query and the bodies are not kept: codes, tokens and secrets are in them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Call {
    /// When it arrived, RFC 3339 in UTC.
    time: String,
    method: String,
    path: String,
    /// Null when the connection was dropped: nobody received a status.
    status: Option<u16>,
    /// The effective error code; null for an answer that carries none.
    code: Option<String>,
    requestid: Option<String>,
    /// The injected fault that struck, if any.
    fault: Option<Kind>,
}

/// The calls received, oldest first.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Journal(VecDeque<Call>);

impl Journal {
    fn add(&mut self, call: Call) {
        if self.0.len() >= CAPACITY {
            self.0.pop_front();
        }
        self.0.push_back(call);
    }

    pub(super) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }
}

/// Applies injected faults to a call and notes it down.
pub(super) async fn observe(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let time = rfc3339(shared.now().as_millis());
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let plan = shared.world().faults.strike(&path);
    if let Some(delay) = plan.delay {
        tokio::time::sleep(delay).await;
    }
    let replaced = plan
        .kind
        .and_then(|kind| fault::instead(kind, &path, &shared));
    let response = match replaced {
        Some(response) => response,
        None => next.run(request).await,
    };
    let outcome = response
        .extensions()
        .get::<Outcome>()
        .cloned()
        .unwrap_or_default();
    let response = match plan.kind {
        Some(Kind::TruncatedJson) => fault::truncated(response).await,
        _ => response,
    };
    shared.world().journal.add(Call {
        time,
        method,
        path,
        status: (plan.kind != Some(Kind::DropConnection)).then(|| response.status().as_u16()),
        code: outcome.code,
        requestid: outcome.request_id,
        fault: plan.kind.or(plan.delay.map(|_| Kind::Latency)),
    });
    response
}

fn rfc3339(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|moment| moment.to_string())
        .unwrap_or_default()
}

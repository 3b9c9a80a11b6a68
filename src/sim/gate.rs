//! The gate that every call to the simulated hosts passes: faults strike here, and the call is
//! noted down.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::fault::Kind;
use super::journal::Call;
use super::reply::Outcome;
use super::state::Shared;
use super::strike::{instead, truncated};

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
    let replaced = plan.kind.and_then(|kind| instead(kind, &path, &shared));
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
        Some(Kind::TruncatedJson) => truncated(response).await,
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

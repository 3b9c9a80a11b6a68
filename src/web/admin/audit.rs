//! The audit log over the socket: a question in JSON, answered by JSON lines, one for each
//! event, sent as they are read. Who follows gets them as they are committed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use futures_core::Stream;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::sync::mpsc;

use super::{Admin, refusal};
use crate::operator::LEFT_OUT_HEADER;
use crate::operator::audit::{Answer, Line, Query};

/// The largest question.
const LARGEST: usize = 64 * 1024;

/// Pages that are read ahead of who takes them.
const AHEAD: usize = 2;

pub(super) async fn ask(State(admin): State<Arc<Admin>>, body: Body) -> Response {
    let question = axum::body::to_bytes(body, LARGEST).await;
    let Some(query) = question
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Query>(&bytes).ok())
    else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "this version of dingpass does not understand the question",
        );
    };
    let answer = match admin.audit.ask(query).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "the audit log can't be read");
            return refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the audit log can't be read; the server's log says why",
            );
        }
    };
    let left_out = answer.left_out();
    let (pages, taken) = mpsc::channel(AHEAD);
    tokio::spawn(send(answer, pages, admin));
    let mut response = Body::from_stream(Pages(taken)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    if left_out {
        headers.insert(
            HeaderName::from_static(LEFT_OUT_HEADER),
            HeaderValue::from_static("true"),
        );
    }
    response
}

/// Sends pages until there is none, or nobody takes them. When the server stops, what was told
/// until then is sent, and then there is none.
async fn send(mut answer: Answer, pages: mpsc::Sender<Page>, admin: Arc<Admin>) {
    let mut goes_on = true;
    loop {
        let next = tokio::select! {
            next = answer.next() => next,
            () = pages.closed() => return,
            () = admin.stopped.cancelled(), if goes_on => {
                goes_on = false;
                answer.finish().await.map(|()| Some(Vec::new()))
            }
        };
        let page = match next {
            Ok(None) => return,
            Ok(Some(lines)) if lines.is_empty() => continue,
            Ok(Some(lines)) => encode(&lines).map_err(|_| Broken),
            Err(error) => {
                tracing::error!(%error, "the audit log can't be read on");
                Err(Broken)
            }
        };
        let is_broken = page.is_err();
        if pages.send(page).await.is_err() || is_broken {
            return;
        }
    }
}

fn encode(lines: &[Line]) -> Result<Bytes, serde_json::Error> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    Ok(Bytes::from(text))
}

/// A part of the answer, or the end of an answer that could not be read to its end: the
/// connection is then broken off, so that nobody takes the part for the whole.
type Page = Result<Bytes, Broken>;

/// The log could not be read on.
#[derive(Debug, thiserror::Error)]
#[error("the audit log can't be read on")]
struct Broken;

/// Pages as a body.
struct Pages(mpsc::Receiver<Page>);

impl Stream for Pages {
    type Item = Page;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Page>> {
        self.0.poll_recv(context)
    }
}

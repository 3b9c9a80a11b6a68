//! Who is at the other end of the socket: asked of the kernel (`SO_PEERCRED`), not of the
//! request, and refused unless it is root or whoever runs this process.

use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use http::StatusCode;
use tokio::net::UnixListener;

use super::refusal;

const ROOT: u32 = 0;

/// The operating system's number of who connected; none where it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub Option<u32>);

impl Peer {
    /// Whether the operator's requests are heard from there. `own` is the number of who runs
    /// this process.
    #[must_use]
    pub fn may_operate(self, own: u32) -> bool {
        self.0.is_some_and(|uid| uid == ROOT || uid == own)
    }
}

impl Connected<IncomingStream<'_, UnixListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self(stream.io().peer_cred().ok().map(|peer| peer.uid()))
    }
}

pub(super) async fn admit(
    State(own): State<u32>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if peer.may_operate(own) {
        return next.run(request).await;
    }
    tracing::warn!(
        uid = peer.0,
        "a stranger was refused at the operator's socket"
    );
    refusal(
        StatusCode::FORBIDDEN,
        "only root and the owner of the server may operate it",
    )
}

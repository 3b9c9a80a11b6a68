//! Listening and serving: one listener, one router, a graceful end.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio_util::sync::CancellationToken;

/// How long requests under way may take to end: longer than the calls of one sign-in to
/// DingTalk together, and shorter than the 30 seconds after which Kubernetes kills.
const DRAIN: Duration = Duration::from_secs(20);

/// How long a client may take to send a request's head. Without a limit, slow clients hold
/// connections for ever.
const HEAD: Duration = Duration::from_secs(10);

/// Binds the address.
pub(super) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("{address} can't be listened on; is another program using that port?")
    })
}

/// Serves `router` until `stopped`, then lets requests under way end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    stopped: CancellationToken,
) -> anyhow::Result<()> {
    let handle = axum_server::Handle::new();
    let draining = handle.clone();
    let watcher = tokio::spawn(async move {
        stopped.cancelled().await;
        draining.graceful_shutdown(Some(DRAIN));
    });
    // HTTP/1 alone: proxies speak it to us, and an HTTP/2 connection would have no time-out
    // after its first request.
    let mut server = axum_server::from_tcp(listener)?
        .http1_only()
        .first_request_timeout(HEAD)
        .handle(handle);
    server.http_builder().http1().header_read_timeout(HEAD);
    let served = server
        .serve(router.into_make_service_with_connect_info::<SocketAddr>())
        .await;
    watcher.abort();
    served.context("serving failed")
}

/// A token that is cancelled by SIGINT, SIGTERM or SIGHUP (a terminal that closes).
pub(super) fn stop_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let stopped = CancellationToken::new();
    let token = stopped.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
        token.cancel();
    });
    Ok(stopped)
}

//! The operator's socket: a router of its own, never served over TCP.

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

use super::{App, StartError};
use crate::operator::audit::AuditLog;
use crate::web::admin::{self, AdminSocket};

impl App {
    /// The router of the operator's socket, never to be served over TCP. `own` is the
    /// operating system's number of who runs this process; answers that go on end when
    /// `stopped`.
    pub fn operator_router(&self, own: u32, stopped: CancellationToken) -> Router {
        let audit = AuditLog::running(Arc::clone(&self.store) as _, Arc::clone(&self.store) as _);
        let keys = self.key_office();
        let admin = admin::Admin {
            audit,
            keys,
            stopped,
        };
        admin::router(admin, own)
    }

    /// Listens at the operator's socket, where the configuration has one. Needs the runtime.
    /// One that nobody asked for and that can't be made (a file system without sockets) is no
    /// reason to keep people from signing in.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn operator_socket(&self) -> Result<Option<OperatorSocket>, StartError> {
        let Some(path) = &self.admin.socket else {
            return Ok(None);
        };
        let socket = match AdminSocket::bind(path) {
            Ok(socket) => socket,
            Err(error) if self.admin.by_default => {
                tracing::warn!(%error, "there is no operator's socket");
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let stopped = CancellationToken::new();
        let router = self.operator_router(socket.own(), stopped.clone());
        tracing::info!(socket = %path.display(), "the operator is heard");
        Ok(Some(OperatorSocket {
            socket,
            router,
            stopped,
        }))
    }
}

/// The operator's socket, ready to be served.
pub struct OperatorSocket {
    socket: AdminSocket,
    router: Router,
    stopped: CancellationToken,
}

impl OperatorSocket {
    /// Serves until `stopped`; who follows the log is let go then.
    pub async fn serve(self, stopped: CancellationToken) {
        let Self {
            socket,
            router,
            stopped: ends,
        } = self;
        let watch = async {
            stopped.cancelled().await;
            ends.cancel();
        };
        tokio::join!(socket.serve(router, ends.clone()), watch);
    }
}

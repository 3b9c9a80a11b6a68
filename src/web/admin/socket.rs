//! The socket's file: made, guarded, served and removed. A file that a dead server left is
//! replaced, one that somebody answers at is not, and what is no socket is never touched.
//!
//! Between making the file and setting its mode others may connect where the folder lets
//! them. They gain nothing: each connection's other end is asked of the kernel.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _,
};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use super::Peer;

/// How long answers under way may take to end.
const DRAIN: Duration = Duration::from_secs(2);

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Somebody answers there.
    #[error("{0} belongs to a server that is running")]
    InUse(String),
    /// Something else has that name.
    #[error("{0} is there and is not a socket; [admin] socket needs another path")]
    NotASocket(String),
    /// The system says no.
    #[error("the operator's socket {path} can't be made: {reason}")]
    CannotMake {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
}

/// A socket that listens. Its file is removed when this is dropped.
pub struct AdminSocket {
    listener: UnixListener,
    file: OwnFile,
    own: u32,
}

impl AdminSocket {
    /// Makes the socket's file, its folder where it is missing, and listens. Needs the runtime.
    ///
    /// # Errors
    /// [`SocketError`]
    pub fn bind(path: &Path) -> Result<Self, SocketError> {
        let failed = |error: io::Error| SocketError::CannotMake {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        if let Some(folder) = path.parent() {
            let mut builder = DirBuilder::new();
            let made = builder.recursive(true).mode(0o700).create(folder);
            made.map_err(failed)?;
        }
        remove_stale(path, failed)?;
        let listener = UnixListener::bind(path).map_err(failed)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
        let made = std::fs::symlink_metadata(path).map_err(failed)?;
        Ok(Self {
            listener,
            own: made.uid(),
            file: OwnFile {
                path: path.to_owned(),
                identity: (made.dev(), made.ino()),
            },
        })
    }

    /// The number of who runs this process, as the system wrote it on the file.
    #[must_use]
    pub const fn own(&self) -> u32 {
        self.own
    }

    /// Serves `router` until `stopped`. Answers that go on must end by themselves then; what
    /// does not is left behind.
    pub async fn serve(self, router: Router, stopped: CancellationToken) {
        let Self { listener, file, .. } = self;
        let service = router.into_make_service_with_connect_info::<Peer>();
        let serving = axum::serve(listener, service)
            .with_graceful_shutdown(stopped.clone().cancelled_owned());
        let too_late = async {
            stopped.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            served = serving => {
                if let Err(error) = served {
                    tracing::error!(%error, "the operator's socket failed");
                }
            }
            () = too_late => {}
        }
        drop(file);
    }
}

/// Removes a socket at which nobody answers.
fn remove_stale(path: &Path, failed: impl Fn(io::Error) -> SocketError) -> Result<(), SocketError> {
    let found = match std::fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !found.file_type().is_socket() {
        return Err(SocketError::NotASocket(path.display().to_string()));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
        Ok(_) => Err(SocketError::InUse(path.display().to_string())),
    }
}

/// A file that is removed when this is dropped, unless another took its name.
struct OwnFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        let is_ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == self.identity);
        if is_ours && let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, "the operator's socket could not be removed");
        }
    }
}

//! The operator's socket, client half: asks the server that runs on this machine. The other
//! half is `web/admin`. Each way in which it can fail has its own words, since what the
//! operator must do next differs.

use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Response, StatusCode};
use serde::Serialize;

use crate::operator::VERSION_HEADER;

/// How long a server may take to accept. There is none for the answer: it may go on for days.
const CONNECT: Duration = Duration::from_secs(5);

/// A server that was reached.
pub(super) struct Remote {
    socket: PathBuf,
    client: Client,
}

impl Remote {
    /// Knocks at a socket; none where nobody is there.
    pub(super) fn reach(socket: &Path) -> anyhow::Result<Option<Self>> {
        match UnixStream::connect(socket) {
            Ok(_) => {}
            // No file, or one that a dead server left.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => bail!(
                "{} may not be used by you; run this as root or as the owner of the server",
                socket.display()
            ),
            Err(error) => {
                return Err(error).with_context(|| format!("{} can't be used", socket.display()));
            }
        }
        let client = Client::builder()
            .unix_socket(socket)
            .no_proxy()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("the request can't be made")?;
        Ok(Some(Self {
            socket: socket.to_owned(),
            client,
        }))
    }

    /// Asks; only a good answer is returned.
    pub(super) async fn ask(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> anyhow::Result<Response> {
        let answer = self
            .client
            .post(format!("http://operator{path}"))
            .json(question)
            .send()
            .await
            .with_context(|| format!("no answer at {}", self.socket.display()))?;
        let version = answer.headers().get(VERSION_HEADER);
        let Some(version) = version.and_then(|version| version.to_str().ok()) else {
            bail!("what answers at {} is not dingpass", self.socket.display());
        };
        match answer.status() {
            StatusCode::OK => Ok(answer),
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => bail!(
                "the server that runs is dingpass {version} and does not understand this dingpass \
                 {}; restart it, or use its own program",
                env!("CARGO_PKG_VERSION")
            ),
            status => bail!("the server says: {} ({status})", words(answer).await),
        }
    }
}

/// What a refusal says.
async fn words(answer: Response) -> String {
    let refusal = answer.json::<serde_json::Value>().await.unwrap_or_default();
    let said = refusal.get("error").and_then(serde_json::Value::as_str);
    said.unwrap_or("no").to_owned()
}

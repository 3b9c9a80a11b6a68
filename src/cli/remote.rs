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

/// How long a server may take to accept.
const CONNECT: Duration = Duration::from_secs(5);

/// How long it may take to begin an answer, which may then go on for days. A process that was
/// stopped or hangs still has connections accepted by the kernel; without an end whoever
/// watches by `keys status` would pile up one waiting process at each turn.
const LOOK: Duration = Duration::from_secs(15);

/// The same where it is to do something: an RSA key may have to be made for it.
const ACT: Duration = Duration::from_secs(300);

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

    /// Asks how things are; only a good answer is returned.
    pub(super) async fn ask(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> anyhow::Result<Response> {
        self.within(LOOK, "", path, question).await
    }

    /// Asks for something to be done.
    pub(super) async fn ask_for_an_act(
        &self,
        path: &str,
        question: &impl Serialize,
    ) -> anyhow::Result<Response> {
        // One that was stopped reads the request when it goes on.
        let later = ". What was asked for may be done yet: dingpass keys list shows it";
        self.within(ACT, later, path, question).await
    }

    async fn within(
        &self,
        patience: Duration,
        after: &str,
        path: &str,
        question: &impl Serialize,
    ) -> anyhow::Result<Response> {
        let asked = self
            .client
            .post(format!("http://operator{path}"))
            .json(question)
            .send();
        let Ok(answer) = tokio::time::timeout(patience, asked).await else {
            bail!(
                "the server at {} has not answered for {} seconds: it hangs, or was stopped; see \
                 its log, or restart it{after}",
                self.socket.display(),
                patience.as_secs()
            );
        };
        let answer = answer.with_context(|| format!("no answer at {}", self.socket.display()))?;
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

//! Where a relying party hears of logouts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::{Router, routing::post};

use crate::support::soon;
use crate::token::payload;

type Heard = Arc<Mutex<Vec<String>>>;

/// Takes logout tokens as they come.
#[derive(Clone)]
pub(super) struct Ear {
    pub(super) url: String,
    heard: Heard,
}

impl Ear {
    pub(super) async fn start() -> Self {
        let heard = Heard::default();
        let router = Router::new()
            .route("/backchannel", post(hear))
            .with_state(Arc::clone(&heard));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/backchannel", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, heard }
    }

    /// The token that tells of the end of that session, once it has come.
    pub(super) async fn of_session(&self, sid: &str) -> String {
        soon(async {
            loop {
                {
                    let mut heard = self.heard.lock().unwrap();
                    let found = heard.iter().position(|it| payload(it)["sid"] == *sid);
                    if let Some(place) = found {
                        return heard.swap_remove(place);
                    }
                }
                tokio::time::sleep(Duration::from_millis(4)).await;
            }
        })
        .await
    }
}

async fn hear(State(heard): State<Heard>, body: String) {
    let form = url::form_urlencoded::parse(body.as_bytes());
    let token = form.into_owned().find(|(name, _)| name == "logout_token");
    heard.lock().unwrap().push(token.unwrap().1);
}

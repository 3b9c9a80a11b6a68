//! A relying party's ear: takes logout tokens on loopback, verifies them with an independent
//! library, and misbehaves when told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use dingpass::domain::event::{DeliveryOutcome, EventKind};

use crate::support::{Browser, House, RelyingParty, SECRET, SignedIn, http, until};

/// What the next request gets.
#[derive(Clone, Copy)]
pub(super) enum Behaviour {
    Answer(u16),
    Hang,
}

#[derive(Default)]
struct Heard {
    bodies: Vec<(HeaderMap, String)>,
    behaviours: VecDeque<Behaviour>,
    otherwise: Option<Behaviour>,
}

/// The ear.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) url: String,
    heard: Arc<Mutex<Heard>>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let router = Router::new()
            .route("/backchannel", post(hear))
            .with_state(Arc::clone(&heard));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/backchannel", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, heard }
    }

    /// The next requests are answered so, each by one.
    pub(super) fn then(&self, behaviours: &[Behaviour]) {
        self.heard.lock().unwrap().behaviours.extend(behaviours);
    }

    /// All others are answered so.
    pub(super) fn otherwise(&self, behaviour: Behaviour) {
        self.heard.lock().unwrap().otherwise = Some(behaviour);
    }

    pub(super) fn count(&self) -> usize {
        self.heard.lock().unwrap().bodies.len()
    }

    /// The logout tokens, once there are so many.
    pub(super) async fn tokens(&self, many: usize) -> Vec<String> {
        until(async || (self.count() >= many).then_some(())).await;
        let heard = self.heard.lock().unwrap();
        assert_eq!(heard.bodies.len(), many);
        heard
            .bodies
            .iter()
            .map(|(headers, body)| {
                assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
                assert!(headers.get("cookie").is_none());
                let form: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes())
                    .into_owned()
                    .collect();
                assert_eq!(form.len(), 1, "other parameters draw a warning");
                assert_eq!(form[0].0, "logout_token");
                form[0].1.clone()
            })
            .collect()
    }
}

async fn hear(
    State(heard): State<Arc<Mutex<Heard>>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let behaviour = {
        let mut heard = heard.lock().unwrap();
        heard.bodies.push((headers, body));
        let otherwise = heard.otherwise;
        heard.behaviours.pop_front().or(otherwise)
    };
    match behaviour.unwrap_or(Behaviour::Answer(200)) {
        Behaviour::Answer(status) => {
            let place = [("location", "http://127.0.0.1:1/elsewhere")];
            (StatusCode::from_u16(status).unwrap(), place).into_response()
        }
        Behaviour::Hang => std::future::pending().await,
    }
}

/// Verifies a logout token against the JWKS, as OIDC Back-Channel Logout section 2.6 says.
pub(super) async fn verified(house: &House, client: &str, token: &str) -> Map<String, Value> {
    verified_by(Algorithm::RS256, house, client, token).await
}

/// The same for a client that has chosen the algorithm.
pub(super) async fn verified_by(
    alg: Algorithm,
    house: &House,
    client: &str,
    token: &str,
) -> Map<String, Value> {
    let header = decode_header(token).unwrap();
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    assert_eq!(header.alg, alg);
    let jwks: jsonwebtoken::jwk::JwkSet = http()
        .get(house.url("/jwks"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let key = jwks.find(&header.kid.unwrap()).expect("a published key");
    let mut validation = Validation::new(alg);
    validation.set_audience(&[client]);
    validation.set_issuer(&[&house.issuer]);
    // The house's clock may have been moved.
    validation.validate_exp = false;
    decode::<Map<String, Value>>(token, &DecodingKey::from_jwk(key).unwrap(), &validation)
        .unwrap()
        .claims
}

/// Claims under the header of a logout token, signed by the house's key.
pub(super) fn as_logout_token(house: &House, claims: &Map<String, Value>) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let signer = house.keyring.signer().unwrap();
    let header = serde_json::json!({"alg": "RS256", "typ": "logout+jwt", "kid": signer.kid()});
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(serde_json::to_string(claims).unwrap())
    );
    let signature = signer.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Lets the house call clients on loopback.
pub(super) const ALLOWED: &str = "[outbound]\nallowed_addresses = [\"127.0.0.0/8\"]";

/// A house that tells its client `demo` at `receiver`, and further ones.
pub(super) async fn telling(receiver: &Receiver, more: &str) -> House {
    super::wire::plan()
        .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
        .more(ALLOWED)
        .more(more)
        .delivering()
        .start()
        .await
}

/// A further client, told at that address.
pub(super) fn client(id: &str, uri: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"{SECRET}\"\nredirect_uris = [\"{}\"]\nbackchannel_logout_uri = \"{uri}\"",
        redirect(id)
    )
}

pub(super) fn redirect(id: &str) -> String {
    format!("http://127.0.0.1:8080/{id}")
}

/// Signs in with a further client.
pub(super) async fn sign_in_with(house: &House, id: &str, browser: &mut Browser) -> SignedIn {
    RelyingParty::discover(&house.issuer, id, Some(SECRET), &redirect(id))
        .await
        .sign_in(browser, &[])
        .await
}

/// Logs out by RP-initiated logout.
pub(super) async fn log_out(house: &House, browser: &mut Browser, signed_in: &SignedIn) {
    let address = super::wire::url(house, &[("id_token_hint", &signed_in.id_token)]);
    let page = browser.get(&address).await;
    assert!(page.body.contains("You are signed out"), "{page:?}");
}

/// Moves the clock and has the worker look.
pub(super) fn later(house: &House, seconds: u64) {
    house.clock.advance_seconds(seconds);
    house.app.back_channel().wake();
}

/// The attempts in the audit log, oldest first: attempt, outcome, answer.
pub(super) async fn attempts(house: &House, client: &str) -> Vec<(u32, DeliveryOutcome, String)> {
    let mut events = house.store.latest_events(1_000).await.unwrap();
    events.reverse();
    events
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::LogoutDelivery {
                client: told,
                attempt,
                outcome,
                answer,
                ..
            } if told.as_str() == client => Some((attempt, outcome, answer)),
            _ => None,
        })
        .collect()
}

/// The clients that were told before the first attempt failed: those that waited for none that
/// hangs.
pub(super) async fn told_before_a_failure(house: &House) -> Vec<String> {
    let mut told = Vec::new();
    for event in house.store.events_after(0, 1_000).await.unwrap() {
        if let EventKind::LogoutDelivery {
            client, outcome, ..
        } = event.event.kind
        {
            if outcome != DeliveryOutcome::Delivered {
                break;
            }
            told.push(client.as_str().to_owned());
        }
    }
    told
}

/// The same, once there are so many.
pub(super) async fn attempts_so_far(
    house: &House,
    client: &str,
    many: usize,
) -> Vec<(u32, DeliveryOutcome, String)> {
    until(async || {
        let found = attempts(house, client).await;
        (found.len() >= many).then_some(found)
    })
    .await
}

//! A simulator on a port of its own, with a clock that moves when told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dingpass::clock::{Clock, Timestamp};
use dingpass::entropy::SystemEntropy;
use dingpass::sim::{AutoLogin, Settings, Simulator};
use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use url::Url;

/// Where the tests' app asks to be redirected.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:8080/callback/dingtalk";

/// A clock that stands still until it is moved.
pub(crate) struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl ManualClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.advance_millis(seconds * 1000);
    }

    pub(crate) fn advance_millis(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

/// Settings with nothing but a clock and randomness.
pub(crate) fn settings(clock: &Arc<ManualClock>) -> Settings {
    Settings {
        people: None,
        auto_login: None,
        redirects: Vec::new(),
        clock: Arc::<ManualClock>::clone(clock),
        entropy: Arc::new(SystemEntropy),
    }
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock(AtomicI64::new(1_800_000_000_000)))
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) policy: String,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }

    /// A parameter of the redirect.
    pub(crate) fn redirected(&self, name: &str) -> Option<String> {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.text);
        let target = Url::parse(self.location.as_deref().expect("a Location")).expect("a URL");
        target
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// A running simulator and a client that follows nothing.
pub(crate) struct Sim {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    client: Client,
}

impl Sim {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = clock();
        let mut settings = settings(&clock);
        change(&mut settings);
        let simulator = Simulator::new(settings).expect("the simulator starts");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, simulator.router()).await });
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            address,
            clock,
            client,
        }
    }

    pub(crate) async fn with_auto_login(userid: &str) -> Self {
        let Ok(choice) = userid.parse::<AutoLogin>();
        Self::with(|settings| settings.auto_login = Some(choice)).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        send(self.request(Method::POST, path).form(fields)).await
    }

    /// An app token.
    pub(crate) async fn app_token(&self) -> String {
        let body = json!({"appKey": "dingsimapp", "appSecret": "dingsimsecret"});
        let answer = self.post("/v1.0/oauth2/accessToken", &body).await.json();
        answer["accessToken"]
            .as_str()
            .expect("an app token")
            .to_owned()
    }

    /// A call to the old host with a good app token and JSON.
    pub(crate) async fn topapi(&self, path: &str, body: &Value) -> Value {
        let token = self.app_token().await;
        let answer = self
            .post(&format!("{path}?access_token={token}"), body)
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    }

    /// A code for this person, by way of the form.
    pub(crate) async fn code(&self, userid: &str) -> String {
        let mut fields = authorisation("openid");
        fields.extend([("userid", userid), ("decision", "confirm")]);
        let answer = self.form("/oauth2/auth", &fields).await;
        answer.redirected("code").expect("a code")
    }

    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        let body = json!({
            "clientId": "dingsimapp", "clientSecret": "dingsimsecret",
            "grantType": "authorization_code", "code": code,
        });
        self.post("/v1.0/oauth2/userAccessToken", &body).await
    }

    /// A user token of this person.
    pub(crate) async fn user_token(&self, userid: &str) -> String {
        let answer = self.redeem(&self.code(userid).await).await.json();
        answer["accessToken"]
            .as_str()
            .expect("a user token")
            .to_owned()
    }

    /// A call to the new host with this token in its header.
    pub(crate) async fn with_token(&self, method: Method, path: &str, token: &str) -> Answer {
        let request = self.request(method, path);
        send(request.header("x-acs-dingtalk-access-token", token)).await
    }

    /// `users/me` with this token.
    pub(crate) async fn me(&self, token: &str) -> Answer {
        self.with_token(Method::GET, "/v1.0/contact/users/me", token)
            .await
    }

    /// What this person's user token says of them.
    pub(crate) async fn account(&self, userid: &str) -> Value {
        let answer = self.me(&self.user_token(userid).await).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// The token that a call of the new host answers to this body.
    pub(crate) async fn token_by(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        let token = answer.json()["accessToken"].clone();
        token
            .as_str()
            .unwrap_or_else(|| panic!("{}", answer.text))
            .to_owned()
    }

    /// Gives the app a permission.
    pub(crate) async fn grant(&self, permission: &str) {
        let path = format!("/_sim/apps/dingsimapp/permissions/{permission}");
        let answer = self.put(&path, &Value::Null).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// Takes a permission from the app.
    pub(crate) async fn revoke(&self, permission: &str) {
        let path = format!("/_sim/apps/dingsimapp/permissions/{permission}");
        let answer = self.delete(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
}

/// Whether an answer of the new host is this failure.
pub(crate) fn assert_code(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.json()["code"], code, "{}", answer.text);
}

/// Sends a request and reads the answer.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().expect("readable").to_owned())
    };
    Answer {
        status: response.status(),
        content_type: header("content-type").unwrap_or_default(),
        policy: header("content-security-policy").unwrap_or_default(),
        location: header("location"),
        text: response.text().await.expect("a body"),
    }
}

/// The fields of a good authorisation request.
pub(crate) fn authorisation(scope: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", "dingsimapp"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", scope),
        ("prompt", "consent"),
        ("state", "xyz"),
    ]
}

/// The login page's path with these fields.
pub(crate) fn page(fields: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    format!("/oauth2/auth?{query}")
}

/// `fields` with one of them set, or taken out.
pub(crate) fn changed<'text>(
    mut fields: Vec<(&'text str, &'text str)>,
    name: &'text str,
    value: Option<&'text str>,
) -> Vec<(&'text str, &'text str)> {
    fields.retain(|(key, _)| *key != name);
    fields.extend(value.map(|value| (name, value)));
    fields
}

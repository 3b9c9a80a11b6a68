//! Requests to the token endpoint and what comes back, made by hand: the relying party's
//! library sends only what is right.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::support::{Answer, Browser, CLIENT, House, REDIRECT, SECRET, http};

/// 43 characters are the least (RFC 7636 section 4.1); these are all that it may hold.
pub(crate) const VERIFIER: &str = "verifier-of-a-test.with_every~kind-0123456789";

/// S256 (RFC 7636 section 4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

/// The payload of a JWT, unverified.
pub(crate) fn payload(token: &str) -> Map<String, Value> {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// An authorization request whose answer is a code.
#[derive(Clone)]
pub(crate) struct Ask {
    parameters: Vec<(String, String)>,
    redirect: String,
}

impl Ask {
    /// By the client `demo`, with PKCE and nonce, for everything.
    pub(crate) fn new() -> Self {
        let parameters = [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile email phone groups dingtalk"),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", &challenge(VERIFIER)),
            ("code_challenge_method", "S256"),
        ];
        Self {
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            redirect: REDIRECT.to_owned(),
        }
    }

    /// By another client.
    pub(crate) fn by(mut self, client: &str, redirect: &str) -> Self {
        self.redirect = redirect.to_owned();
        self.with("client_id", client)
            .with("redirect_uri", redirect)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// Without PKCE.
    pub(crate) fn unproved(self) -> Self {
        self.without("code_challenge")
            .without("code_challenge_method")
    }

    /// Its address.
    pub(crate) fn url(&self, house: &House) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish();
        house.url(&format!("/authorize?{query}"))
    }

    /// Sends a browser through it.
    pub(crate) async fn code(self, house: &House, browser: &mut Browser) -> String {
        let url = self.url(house);
        let page = browser.follow(&url, &self.redirect).await;
        Answer::of(&page).code().to_owned()
    }
}

/// A token request.
#[derive(Clone)]
pub(crate) struct Redeem {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) form: Vec<(String, String)>,
}

impl Redeem {
    /// A right one for a code that [`Ask::new`] brought.
    pub(crate) fn of(code: &str) -> Self {
        Self::anonymous(code).basic(CLIENT, SECRET)
    }

    /// The same without client authentication.
    pub(crate) fn anonymous(code: &str) -> Self {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        Self {
            headers: Vec::new(),
            form: form
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        }
    }

    /// A question about a token, or its revocation, without client authentication.
    pub(crate) fn about(token: &str) -> Self {
        Self {
            headers: Vec::new(),
            form: vec![("token".to_owned(), token.to_owned())],
        }
    }

    /// Appends a parameter, whether or not it is there already.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a parameter.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.form.retain(|(known, _)| known != name);
        self
    }

    /// Appends a header.
    pub(crate) fn header(mut self, name: &str, value: &[u8]) -> Self {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    /// Replaces the Authorization header by Basic with these halves as they are.
    pub(crate) fn basic(mut self, id: &str, secret: &str) -> Self {
        self.headers.retain(|(name, _)| name != "authorization");
        self.and_basic(id, secret)
    }

    /// Appends such a header.
    pub(crate) fn and_basic(self, id: &str, secret: &str) -> Self {
        let value = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        self.header("authorization", value.as_bytes())
    }

    /// The body as a form.
    pub(crate) fn body(&self) -> Vec<u8> {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.form)
            .finish()
            .into_bytes()
    }

    pub(crate) async fn send(self, house: &House) -> Reply {
        self.send_to(house.url("/token")).await
    }

    pub(crate) async fn send_to(self, url: String) -> Reply {
        let body = self.body();
        let form = self.header("content-type", b"application/x-www-form-urlencoded");
        form.send_body(url, body).await
    }

    /// With another body, and no content type but what is among the headers.
    pub(crate) async fn send_body(self, url: String, body: Vec<u8>) -> Reply {
        let mut request = http().post(url).body(body);
        for (name, value) in self.headers {
            request = request.header(name, http::HeaderValue::from_bytes(&value).unwrap());
        }
        Reply::of(request.send().await.unwrap()).await
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The members of a JSON object that no cache may keep.
    pub(crate) fn json(&self) -> Map<String, Value> {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON object: {self:?}"))
    }

    /// The tokens of a success (RFC 6749 section 5.1).
    pub(crate) fn tokens(&self) -> Map<String, Value> {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        self.json()
    }

    /// One of the tokens.
    pub(crate) fn token(&self, name: &str) -> String {
        self.tokens()[name].as_str().unwrap().to_owned()
    }

    /// A refusal in the form of RFC 6749 section 5.2, and its code.
    pub(crate) fn refused(&self, status: u16, error: &str) {
        let json = self.json();
        assert_eq!(
            (self.status.as_u16(), json["error"].as_str()),
            (status, Some(error)),
            "{self:?}"
        );
        let described = json["error_description"].as_str().unwrap();
        assert!(
            described
                .chars()
                .all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'),
            "{described}"
        );
        assert_eq!(json.len(), 2, "{self:?}");
    }

    /// A code that is not good, or not any more.
    pub(crate) fn invalid_grant(&self) {
        self.refused(400, "invalid_grant");
    }
}

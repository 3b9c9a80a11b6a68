//! Authorization requests written by hand, and what may come of them.

use http::StatusCode;

use crate::support::{Answer, CLIENT, House, Page, REDIRECT, SECRET, http};

/// An authorization request: what stands in it is sent in this order.
#[derive(Clone)]
pub(crate) struct Ask(Vec<(String, String)>);

impl Ask {
    /// A right one of the client `demo`.
    pub(crate) fn new() -> Self {
        Self::of(CLIENT, REDIRECT)
    }

    /// A right one of another client.
    pub(crate) fn of(client: &str, redirect: &str) -> Self {
        Self(Vec::new())
            .and("client_id", client)
            .and("redirect_uri", redirect)
            .and("response_type", "code")
            .and("scope", "openid")
            .and("state", "the-state")
    }

    /// One more parameter, beside any of the same name.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A parameter in the place of those of the same name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Without that parameter.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// Encoded.
    pub(crate) fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// The whole address.
    pub(crate) fn url(&self, house: &House) -> String {
        house.url(&format!("/authorize?{}", self.query()))
    }

    /// The pairs, for a form.
    pub(crate) fn form(&self) -> Vec<(&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

/// The `error` of an answer that is an error by every rule: protocol of RFC 6749 section
/// 4.1.2.1 with the issuer of RFC 9207, and nothing else.
#[track_caller]
pub(crate) fn error_of(house: &House, page: &Page) -> String {
    let answer = Answer::of(page);
    assert_eq!(answer.get("state"), Some("the-state"), "{answer:?}");
    assert_eq!(answer.get("iss"), Some(house.issuer.as_str()), "{answer:?}");
    let mut names: Vec<&str> = answer.0.keys().map(String::as_str).collect();
    names.retain(|name| !["error", "error_description", "iss", "state", "tenant"].contains(name));
    assert!(names.is_empty(), "only what the specs name: {names:?}");
    let words = answer.get("error_description").unwrap_or_default();
    assert!(
        words
            .chars()
            .all(|c| (' '..='~').contains(&c) && c != '"' && c != '\\'),
        "RFC 6749 section 4.1.2.1: {words}"
    );
    answer
        .get("error")
        .unwrap_or_else(|| panic!("no error in {answer:?}"))
        .to_owned()
}

/// A request that nothing can be sent back for: a page, no redirect, no cookie.
#[track_caller]
pub(crate) fn refused_on_a_page(page: &Page) {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.url);
    assert_eq!(page.location(), None, "{}", page.url);
    assert!(!page.headers.contains_key("set-cookie"), "{}", page.url);
    assert!(!page.headers.contains_key("refresh"), "{}", page.url);
    let kind = page.headers["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{kind}");
    assert!(!page.body.contains("http-equiv"), "{}", page.body);
}

/// Every page that a stranger can bring about by one request: its path and its status.
pub(crate) fn single_pages() -> Vec<(String, u16)> {
    let foreign = Ask::new().with("redirect_uri", "https://evil.example/");
    vec![
        ("/".to_owned(), 200),
        ("/nowhere".to_owned(), 404),
        ("/authorize".to_owned(), 400),
        (format!("/authorize?{}", foreign.query()), 400),
        ("/authorize?client_id=nobody".to_owned(), 400),
        ("/authorize?a=1&a=2".to_owned(), 400),
        ("/applications".to_owned(), 200),
        ("/sign-in".to_owned(), 400),
        ("/sign-in/acme?flow=none".to_owned(), 400),
        ("/callback/acme?code=a&state=b.c".to_owned(), 400),
        ("/callback/nobody?code=a&state=b.c".to_owned(), 404),
    ]
}

/// What userinfo says to an access token.
pub(crate) async fn userinfo_status(house: &House, token: &str) -> StatusCode {
    http()
        .get(house.url("/userinfo"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .status()
}

/// The tokens for a code of `demo` without PKCE, or the `error`.
pub(crate) async fn redeem(house: &House, code: &str) -> Result<serde_json::Value, String> {
    let answer = http()
        .post(house.url("/token"))
        .basic_auth(CLIENT, Some(SECRET))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ])
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let json: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    if status.is_success() {
        Ok(json)
    } else {
        Err(json["error"].as_str().unwrap().to_owned())
    }
}

/// The payload of a JWT, unverified.
pub(crate) fn payload(token: &str) -> serde_json::Map<String, serde_json::Value> {
    use base64::Engine as _;
    let part = token.split('.').nth(1).unwrap();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&json).unwrap()
}

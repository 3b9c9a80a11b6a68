//! Where the token stands (RFC 6750 section 2): in the header or in a form body, once, and
//! never in the URL.

use http::Method;

use super::tokens;
use crate::support::{House, http};
use crate::token::Reply;

const FORM: &str = "application/x-www-form-urlencoded";

struct Call {
    method: Method,
    query: String,
    authorization: Vec<String>,
    body: Option<(&'static str, String)>,
}

impl Call {
    fn new(method: Method) -> Self {
        Self {
            method,
            query: String::new(),
            authorization: Vec::new(),
            body: None,
        }
    }

    fn header(mut self, value: &str) -> Self {
        self.authorization.push(value.to_owned());
        self
    }

    fn query(mut self, query: &str) -> Self {
        self.query = format!("?{query}");
        self
    }

    fn body(mut self, kind: &'static str, body: &str) -> Self {
        self.body = Some((kind, body.to_owned()));
        self
    }

    async fn send(self, house: &House) -> Reply {
        let url = house.url(&format!("/userinfo{}", self.query));
        let mut request = http().request(self.method, url);
        for value in self.authorization {
            request = request.header("authorization", value);
        }
        if let Some((kind, body)) = self.body {
            request = request.header("content-type", kind).body(body);
        }
        Reply::of(request.send().await.unwrap()).await
    }
}

/// A 401 whose challenge names no error: nothing was tried (RFC 6750 section 3.1).
fn bare_challenge(reply: &Reply) {
    reply.json();
    assert_eq!(reply.status, 401, "{reply:?}");
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Bearer"), "{challenge}");
    assert!(!challenge.contains("error"), "{challenge}");
}

fn in_two_places(reply: &Reply) {
    reply.refused(400, "invalid_request");
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"invalid_request\""),
        "{challenge}"
    );
}

/// OIDC Core section 5.3.1: GET and POST, header and form.
#[tokio::test]
async fn the_token_is_taken_by_get_by_post_and_in_a_form() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    let bearer = format!("Bearer {token}");
    let in_form = format!("access_token={token}");
    let mut answers = Vec::new();
    for call in [
        Call::new(Method::GET).header(&bearer),
        Call::new(Method::GET).header(&format!("bearer {token}")),
        Call::new(Method::GET).header(&format!("BEARER  {token}")),
        Call::new(Method::POST).header(&bearer),
        Call::new(Method::POST).header(&bearer).body(FORM, ""),
        Call::new(Method::POST)
            .header(&bearer)
            .body(FORM, "schema=openid"),
        Call::new(Method::POST)
            .header(&bearer)
            .body("application/json", "{}"),
        Call::new(Method::POST).body(FORM, &in_form),
        Call::new(Method::GET)
            .header(&bearer)
            .query("schema=openid"),
    ] {
        answers.push(call.send(&house).await.tokens());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

/// RFC 6750 section 2: never more than one method.
#[tokio::test]
async fn a_token_in_two_places_is_refused() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    let bearer = format!("Bearer {token}");
    let pair = format!("access_token={token}");
    for call in [
        Call::new(Method::POST).header(&bearer).body(FORM, &pair),
        Call::new(Method::GET).header(&bearer).header(&bearer),
        Call::new(Method::GET).header(&bearer).query(&pair),
        Call::new(Method::POST).body(FORM, &pair).query(&pair),
    ] {
        in_two_places(&call.send(&house).await);
    }
}

/// RFC 6750 section 3.1: a repeated parameter is an invalid request, wherever else a token
/// stands.
#[tokio::test]
async fn a_repeated_token_in_a_form_is_refused() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    let twice = format!("access_token={token}&access_token={token}");
    in_two_places(
        &Call::new(Method::POST)
            .body(FORM, &twice)
            .send(&house)
            .await,
    );
    let both = Call::new(Method::POST)
        .header(&format!("Bearer {token}"))
        .body(FORM, &twice);
    in_two_places(&both.send(&house).await);
}

/// RFC 9700 section 4.3.2: URLs end up in logs, histories and referrers.
#[tokio::test]
async fn a_token_in_the_url_is_refused() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    for query in [
        format!("access_token={token}"),
        format!("access%5Ftoken={token}"),
        format!("a=b&access_token={token}&access_token=x"),
    ] {
        in_two_places(&Call::new(Method::GET).query(&query).send(&house).await);
        in_two_places(&Call::new(Method::POST).query(&query).send(&house).await);
    }
}

/// RFC 6750 section 3.1, last paragraph.
#[tokio::test]
async fn without_a_token_the_challenge_stands_alone() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    for call in [
        Call::new(Method::GET),
        Call::new(Method::POST),
        Call::new(Method::POST).body(FORM, "access_token="),
        Call::new(Method::POST).body(
            "application/json",
            &format!("{{\"access_token\":\"{token}\"}}"),
        ),
        Call::new(Method::GET).header(&format!("Basic {token}")),
        Call::new(Method::GET).header(&format!("DPoP {token}")),
        Call::new(Method::GET).header("Bearer"),
        Call::new(Method::GET).header("Bearer "),
        Call::new(Method::GET).header(&token),
        Call::new(Method::GET).header(&format!("Bearer{token}")),
        // RFC 6750 section 2.2: not with GET.
        Call::new(Method::GET).body(FORM, &format!("access_token={token}")),
    ] {
        bare_challenge(&call.send(&house).await);
    }
}

/// OIDC Core section 5.3: nothing else changes anything here.
#[tokio::test]
async fn other_methods_are_refused() {
    let house = House::start().await;
    let (token, _) = tokens(&house).await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let call = Call::new(method).header(&format!("Bearer {token}"));
        assert_eq!(call.send(&house).await.status, 405);
    }
}

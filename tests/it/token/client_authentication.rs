//! Who asks: basic, post or none, one of them alone. A failure touches no code.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;

use super::{Ask, Redeem};
use crate::support::{CLIENT, House, REDIRECT, SECRET, http};

const FAMILY: &str = r#"
[[clients]]
client_id = "by-basic"
client_secret = "by-basic-secret-of-32-characters-or-more"
token_endpoint_auth_method = "client_secret_basic"
redirect_uris = ["http://127.0.0.1:8080/callback"]
[[clients]]
client_id = "by-post"
client_secret = "by-post-secret-of-32-characters-or-more"
token_endpoint_auth_method = "client_secret_post"
redirect_uris = ["http://127.0.0.1:8080/callback"]
[[clients]]
client_id = "public"
token_endpoint_auth_method = "none"
redirect_uris = ["http://127.0.0.1:8080/callback"]
"#;

async fn house() -> House {
    House::plan().more(FAMILY).start().await
}

/// OIDC Core section 9; libraries switch between the two, so either is taken.
#[tokio::test]
async fn a_secret_is_taken_by_basic_and_by_post_whatever_is_registered() {
    let house = house().await;
    let mut browser = house.browser();
    for id in ["by-basic", "by-post"] {
        let secret = format!("{id}-secret-of-32-characters-or-more");
        let ask = Ask::new().by(id, REDIRECT);
        let code = ask.clone().code(&house, &mut browser).await;
        let basic = Redeem::anonymous(&code).basic(id, &secret);
        basic.send(&house).await.tokens();
        let code = ask.code(&house, &mut browser).await;
        let post = Redeem::anonymous(&code)
            .and("client_id", id)
            .and("client_secret", &secret);
        post.send(&house).await.tokens();
    }
}

/// RFC 6749 section 2.3: no more than one method in each request. The code stays good.
#[tokio::test]
async fn two_methods_at_once_are_refused_even_when_both_are_right() {
    let house = house().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let right = Redeem::of(&code);
    let both = right.clone().and("client_secret", SECRET);
    both.send(&house).await.refused(400, "invalid_request");
    let both = right
        .clone()
        .and("client_id", CLIENT)
        .and("client_secret", SECRET);
    both.send(&house).await.refused(400, "invalid_request");
    let two_headers = right.clone().and_basic(CLIENT, SECRET);
    two_headers
        .send(&house)
        .await
        .refused(400, "invalid_request");
    right.send(&house).await.tokens();
}

/// CONTRIBUTING.md, Decisions: a lone `client_id` beside Basic is no second method, but must be the same.
#[tokio::test]
async fn a_client_id_beside_basic_must_equal_it() {
    let house = house().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let unequal = Redeem::of(&code).and("client_id", "public");
    unequal.send(&house).await.refused(400, "invalid_request");
    let equal = Redeem::of(&code).and("client_id", CLIENT);
    equal.send(&house).await.tokens();
}

/// A public client names itself and proves nothing but its verifier (RFC 7636, RFC 8252).
#[tokio::test]
async fn a_public_client_redeems_by_its_verifier_and_has_no_secret() {
    let house = house().await;
    let mut browser = house.browser();
    let ask = Ask::new().by("public", REDIRECT);
    let code = ask.clone().code(&house, &mut browser).await;
    let named = Redeem::anonymous(&code).and("client_id", "public");
    let with_secret = named.clone().and("client_secret", SECRET);
    with_secret
        .send(&house)
        .await
        .refused(401, "invalid_client");
    let by_basic = Redeem::anonymous(&code).basic("public", SECRET);
    by_basic.send(&house).await.refused(401, "invalid_client");
    named.clone().send(&house).await.tokens();

    let code = ask.clone().code(&house, &mut browser).await;
    let unproved = Redeem::anonymous(&code)
        .and("client_id", "public")
        .without("code_verifier");
    unproved.send(&house).await.invalid_grant();

    // What libraries do that always send Basic.
    let code = ask.code(&house, &mut browser).await;
    let empty = Redeem::anonymous(&code).basic("public", "");
    empty.send(&house).await.tokens();
}

/// A confidential client's name alone opens nothing.
#[tokio::test]
async fn a_confidential_client_without_its_secret_is_refused_and_its_code_stays_good() {
    let house = house().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    for wrong in [
        Redeem::anonymous(&code),
        Redeem::anonymous(&code).and("client_id", CLIENT),
        Redeem::anonymous(&code)
            .and("client_id", CLIENT)
            .and("client_secret", ""),
        Redeem::anonymous(&code)
            .and("client_id", CLIENT)
            .and("client_secret", "by-basic-secret-of-32-characters-or-more"),
        Redeem::anonymous(&code)
            .and("client_id", "nobody")
            .and("client_secret", SECRET),
        Redeem::anonymous(&code).and("client_secret", SECRET),
    ] {
        let reply = wrong.send(&house).await;
        reply.refused(401, "invalid_client");
        // RFC 6749 section 5.2 wants a challenge only for who used the header.
        assert_eq!(reply.header("www-authenticate"), None);
    }
    Redeem::of(&code).send(&house).await.tokens();
}

/// RFC 6749 section 5.2, RFC 9110 section 11.6.1: who came by the header gets a challenge in
/// the header's scheme.
#[tokio::test]
async fn a_malformed_authorization_header_is_answered_with_a_challenge() {
    let house = house().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let encoded = |text: &[u8]| [b"Basic ".as_slice(), STANDARD.encode(text).as_bytes()].concat();
    for header in [
        b"Basic".to_vec(),
        b"Basic ".to_vec(),
        b"Basic !!!!".to_vec(),
        b"Basic ZGVtbw".to_vec(),
        encoded(b"demo"),
        encoded(b":"),
        encoded(b"\xff\xfe:secret"),
        encoded(&[b'a'; 5000]),
        format!("Bearer {SECRET}").into_bytes(),
        b"Digest username=\"demo\"".to_vec(),
        STANDARD.encode(format!("{CLIENT}:{SECRET}")).into_bytes(),
    ] {
        let shown = String::from_utf8_lossy(&header).into_owned();
        let wrong = Redeem::anonymous(&code).header("authorization", &header);
        let reply = wrong.send(&house).await;
        assert_eq!(reply.status, 401, "{shown}");
        reply.refused(401, "invalid_client");
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Basic realm="), "{challenge}");
    }
    Redeem::of(&code).send(&house).await.tokens();
}

/// RFC 9110 section 11.1: the scheme's name in any case.
#[tokio::test]
async fn the_schemes_name_may_be_written_in_any_case() {
    let house = house().await;
    let mut browser = house.browser();
    for scheme in ["basic", "BASIC"] {
        let code = Ask::new().code(&house, &mut browser).await;
        let value = format!("{scheme} {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
        let right = Redeem::anonymous(&code).header("authorization", value.as_bytes());
        right.send(&house).await.tokens();
    }
}

/// RFC 6749 section 3.2: tokens are had by POST alone, and what is allowed is told (RFC 9110
/// section 15.5.6). Credentials in a URL would end up in logs.
#[tokio::test]
async fn the_token_endpoint_takes_nothing_but_post() {
    let house = house().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let body = String::from_utf8(
        Redeem::anonymous(&code)
            .and("client_id", CLIENT)
            .and("client_secret", SECRET)
            .body(),
    )
    .unwrap();
    let url = house.url(&format!("/token?{body}"));
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD] {
        let answer = http().request(method.clone(), &url).send().await.unwrap();
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(answer.headers()["allow"], "POST", "{method}");
    }
    // A POST reads its body and not its URL.
    let form = Redeem {
        headers: Vec::new(),
        form: Vec::new(),
    };
    form.send_to(url).await.refused(401, "invalid_client");
    Redeem::of(&code).send(&house).await.tokens();
}

//! id_token_hint (OIDC Core section 3.1.2.1): verified as our own, before it means anything.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::EncodePublicKey as _;
use serde_json::{Map, Value, json};

use super::{Ask, error_of, payload, redeem};
use crate::support::{
    Answer, House, REDIRECT, RelyingParty, SECRET, SignedIn, jwks_of, other_keyring,
};

fn hint(token: &str) -> Ask {
    Ask::new().and("id_token_hint", token)
}

fn silent(token: &str) -> Ask {
    hint(token).and("prompt", "none")
}

/// A JWS put together by hand.
fn jws(header: &Value, claims: &Map<String, Value>, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims.clone()).to_string());
    let input = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(sign(input.as_bytes()));
    format!("{input}.{signature}")
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// oidcc-id-token-hint: prompt=none with the hint of the live session is silent success; its
/// end does not matter (OIDC Core section 3.1.2.1: "need not be ... currently valid").
#[tokio::test]
async fn the_hint_of_the_live_session_succeeds_silently_even_after_its_end() {
    let house = House::start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let signed_in = rp.sign_in(&mut browser, &[]).await;
    for seconds in [0, 5 * 3600] {
        house.clock.advance_seconds(seconds);
        let page = browser.get(&silent(&signed_in.id_token).url(&house)).await;
        let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
        let second = payload(tokens["id_token"].as_str().unwrap());
        assert_eq!(second["sub"], signed_in.sub());
    }
}

/// A hint signs nobody in.
#[tokio::test]
async fn a_hint_without_a_session_is_login_required() {
    let house = House::start().await;
    let rp = house.rp().await;
    let signed_in = rp.sign_in(&mut house.browser(), &[]).await;
    let page = house
        .browser()
        .get(&silent(&signed_in.id_token).url(&house))
        .await;
    assert_eq!(error_of(&house, &page), "login_required");
}

/// "If the End-User identified by the ID Token is [not] logged in ... error, such as
/// login_required": nobody gets the code of somebody else.
#[tokio::test]
async fn the_hint_of_another_person_gives_no_code_of_this_one() {
    let house = House::start().await;
    let rp = house.rp().await;
    house.sim.sign_in_as("lisi").await;
    let other = rp.sign_in(&mut house.browser(), &[]).await;
    house.sim.sign_in_as("zhangsan").await;
    let mut browser = house.browser();
    rp.sign_in(&mut browser, &[]).await;
    let page = browser.get(&silent(&other.id_token).url(&house)).await;
    assert_eq!(error_of(&house, &page), "login_required");

    // Asked at DingTalk, the same person comes back: a page, from which both ways lead on.
    house.clock.advance_seconds(1);
    let page = browser
        .follow(&hint(&other.id_token).url(&house), REDIRECT)
        .await;
    assert_eq!(page.status.as_u16(), 403);
    assert_eq!(page.location(), None);
    let back = url::Url::parse(&page.href("back").unwrap()).unwrap();
    let error: Vec<_> = back
        .query_pairs()
        .filter(|(name, _)| name == "error")
        .map(|(_, value)| value.into_owned())
        .collect();
    assert_eq!(error, ["access_denied"]);
    house.sim.sign_in_as("lisi").await;
    let retry = house.url(&page.href("retry").unwrap());
    let page = browser.follow(&retry, REDIRECT).await;
    let tokens = redeem(&house, Answer::of(&page).code()).await.unwrap();
    let payload = payload(tokens["id_token"].as_str().unwrap());
    assert_eq!(payload["sub"], other.sub());
}

const SECOND: &str = r#"
[[clients]]
client_id = "second"
client_secret = "a-secret-of-at-least-32-characters-too"
redirect_uris = ["http://127.0.0.1:8080/second"]
"#;

/// A token that another client holds is no hint of this one.
#[tokio::test]
async fn the_token_of_another_client_is_refused() {
    let house = House::plan().more(SECOND).start().await;
    let secret = Some("a-secret-of-at-least-32-characters-too");
    let redirect = "http://127.0.0.1:8080/second";
    let second = RelyingParty::discover(&house.issuer, "second", secret, redirect).await;
    let mut browser = house.browser();
    let foreign = second.sign_in(&mut browser, &[]).await;
    let page = browser.get(&silent(&foreign.id_token).url(&house)).await;
    assert_eq!(error_of(&house, &page), "invalid_request");
}

/// One request per token; each is refused as what it is, with a session and without.
async fn all_refused(house: &House, tokens: &[(&str, String)]) {
    let mut browser = house.browser();
    browser.follow(&Ask::new().url(house), REDIRECT).await;
    for (what, token) in tokens {
        for ask in [hint(token), silent(token)] {
            for browser in [&mut browser, &mut house.browser()] {
                let page = browser.get(&ask.url(house)).await;
                assert_eq!(error_of(house, &page), "invalid_request", "{what}");
            }
        }
    }
}

async fn real(house: &House) -> SignedIn {
    house.rp().await.sign_in(&mut house.browser(), &[]).await
}

/// A claims set with one member changed.
fn changed(claims: &Map<String, Value>, name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims.clone();
    if value.is_null() {
        claims.remove(name);
    } else {
        claims.insert(name.to_owned(), value);
    }
    claims
}

/// RFC 8725 section 3.1: the algorithm is ours, whatever the header says.
#[tokio::test]
async fn forged_algorithms_are_refused() {
    let house = House::start().await;
    let token = real(&house).await;
    let (claims, kid) = (token.payload(), kid(&token.id_token));
    let jwk = serde_json::to_value(&jwks_of(&house.keyring).keys[0]).unwrap();
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        rsa::BigUint::from_bytes_be(&bytes)
    };
    let public = rsa::RsaPublicKey::new(number("n"), number("e")).unwrap();
    let pem = public
        .to_public_key_pem(rsa::pkcs8::LineEnding::LF)
        .unwrap();
    let by = |secret: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        jws(&json!({ "alg": "HS256", "kid": kid }), &claims, |input| {
            hmac::sign(&key, input).as_ref().to_vec()
        })
    };
    let none = |alg: &str| jws(&json!({ "alg": alg, "kid": kid }), &claims, |_| Vec::new());
    let forged = [
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg RS256 unsigned", none("RS256")),
        ("HS256, client secret", by(SECRET.as_bytes())),
        ("HS256, public PEM", by(pem.as_bytes())),
        ("HS256, JWK", by(jwk.to_string().as_bytes())),
        ("HS256, modulus", by(&number("n").to_bytes_be())),
        ("HS256, empty", by(b"")),
    ];
    all_refused(&house, &forged).await;
}

/// RFC 7515 section 5.2: signed by our key over these very bytes, or refused.
#[tokio::test]
async fn foreign_and_broken_signatures_are_refused() {
    let house = House::start().await;
    let token = real(&house).await;
    let (claims, own) = (token.payload(), token.id_token.clone());
    let foreign = other_keyring();
    let by = |header: &Value| {
        jws(header, &claims, |it| {
            foreign.signer().unwrap().sign(it).unwrap()
        })
    };
    let under_our_kid = by(&json!({ "alg": "RS256", "kid": kid(&own) }));
    let under_its_own = foreign.sign(&claims).unwrap();
    let jwk = &jwks_of(&foreign).keys[0];
    let with_its_key = by(&json!({ "alg": "RS256", "kid": kid(&own), "jwk": jwk }));
    let under_none = by(&json!({ "alg": "RS256" }));
    let parts: Vec<&str> = own.split('.').collect();
    let other = changed(&claims, "sub", json!("somebody-else"));
    let other = URL_SAFE_NO_PAD.encode(Value::Object(other).to_string());
    let levels = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let broken = [
        ("foreign key under our kid", under_our_kid),
        ("foreign key", under_its_own),
        ("foreign key in the header", with_its_key),
        ("foreign key, no kid", under_none),
        (
            "payload changed",
            format!("{}.{other}.{}", parts[0], parts[2]),
        ),
        ("signature cut", own[..own.len() - 4].to_owned()),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{own}.x")),
        (
            "a header of a thousand levels",
            format!(
                "{}.{}.{}",
                URL_SAFE_NO_PAD.encode(&levels),
                parts[1],
                parts[2]
            ),
        ),
        (
            "a payload of a thousand levels",
            format!(
                "{}.{}.{}",
                parts[0],
                URL_SAFE_NO_PAD.encode(&levels),
                parts[2]
            ),
        ),
        ("a word", "hint".to_owned()),
        ("dots", "..".to_owned()),
        ("an access token", token.access_token.clone()),
    ];
    all_refused(&house, &broken).await;
}

/// Signed by us, and yet not an ID Token of ours for this client.
#[tokio::test]
async fn tokens_of_our_key_with_other_contents_are_refused() {
    let house = House::start().await;
    let claims = real(&house).await.payload();
    let signed =
        |name: &str, value: Value| house.keyring.sign(&changed(&claims, name, value)).unwrap();
    let tokens = [
        (
            "another issuer",
            signed("iss", json!("https://other.example")),
        ),
        (
            "issuer and slash",
            signed("iss", json!(format!("{}/", house.issuer))),
        ),
        ("no issuer", signed("iss", Value::Null)),
        ("another audience", signed("aud", json!("second"))),
        ("no audience", signed("aud", Value::Null)),
        ("no subject", signed("sub", Value::Null)),
    ];
    all_refused(&house, &tokens).await;
}

//! The two halves of Basic: RFC 6749 section 2.3.1 wants them form-urlencoded, some libraries
//! encode more than others, and many don't at all. All of them get in with any secret.

use super::{Ask, Redeem};
use crate::support::{House, REDIRECT};

/// Secrets that the readings disagree on.
const SECRETS: [&str; 7] = [
    "plain0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lab-secret_of.32~characters!*'()or-more",
    "with+plus+signs+and/slashes=and==padding",
    "with%percent%41signs%2Band%zzodd%ones%",
    "with:colons::in:it:and:one:at:the:end:::",
    " with blanks  in it, before it and after it ",
    "&amp;<\"quotes\">\\backslash\\;,?#[]@$^`{|}",
];

/// Each `client_id` is as odd as it may be.
const ID: &str = "lab-client+1%2B.x_~!";

async fn house(secret: &str) -> House {
    let secret = toml::Value::String(secret.to_owned());
    let client = format!(
        "[[clients]]\nclient_id = \"{ID}\"\nclient_secret = {secret}\nredirect_uris = [\"{REDIRECT}\"]\n"
    );
    House::plan().more(&client).start().await
}

/// oauth4webapi and openid-client 6: everything but letters and digits.
fn thorough(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%20", "+")
}

/// openid-client 5: `encodeURIComponent`, blanks as `+`.
fn component(text: &str) -> String {
    const KEPT: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')');
    percent_encoding::utf8_percent_encode(text, &KEPT)
        .to_string()
        .replace("%20", "+")
}

/// golang.org/x/oauth2 and others: the URL standard's form serializer.
fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Blanks as `%20`, as `curl --data-urlencode` writes them.
fn with_percent_blanks(text: &str) -> String {
    component(text).replace('+', "%20")
}

/// Authlib, NextAuth and curl's `-u`.
fn raw(text: &str) -> String {
    text.to_owned()
}

/// RFC 6749 section 2.3.1, relying-party practice.
#[tokio::test]
async fn every_way_of_encoding_gets_in_with_every_secret() {
    type Encode = fn(&str) -> String;
    let ways: [(&str, Encode); 5] = [
        ("thorough", thorough),
        ("component", component),
        ("form", form),
        ("percent blanks", with_percent_blanks),
        ("raw", raw),
    ];
    for secret in SECRETS {
        let house = house(secret).await;
        let mut browser = house.browser();
        for (way, encode) in ways {
            let code = Ask::new().by(ID, REDIRECT).code(&house, &mut browser).await;
            let right = Redeem::anonymous(&code).basic(&encode(ID), &encode(secret));
            let reply = right.send(&house).await;
            assert_eq!(reply.status, 200, "{way}, {secret}: {reply:?}");
        }
        let code = Ask::new().by(ID, REDIRECT).code(&house, &mut browser).await;
        let post = Redeem::anonymous(&code)
            .and("client_id", ID)
            .and("client_secret", secret);
        post.send(&house).await.tokens();
    }
}

/// Decoding is done once: a secret that is right only after decoding twice is another one.
#[tokio::test]
async fn halves_are_not_decoded_twice_nor_in_a_form_body() {
    let secret = SECRETS[1];
    let house = house(secret).await;
    let code = Ask::new()
        .by(ID, REDIRECT)
        .code(&house, &mut house.browser())
        .await;
    let twice = Redeem::anonymous(&code).basic(&form(ID), &thorough(&thorough(secret)));
    twice.send(&house).await.refused(401, "invalid_client");
    let post = Redeem::anonymous(&code)
        .and("client_id", ID)
        .and("client_secret", &thorough(secret));
    post.send(&house).await.refused(401, "invalid_client");
}

/// A near miss is a miss: one character, the case, a blank at an end.
#[tokio::test]
async fn a_secret_that_is_nearly_right_is_wrong() {
    let secret = SECRETS[0];
    let house = house(secret).await;
    let code = Ask::new()
        .by(ID, REDIRECT)
        .code(&house, &mut house.browser())
        .await;
    for wrong in [
        &secret[1..],
        &secret[..secret.len() - 1],
        &secret.to_lowercase(),
        &format!("{secret} "),
        &format!(" {secret}"),
        &format!("{secret}%00"),
        &format!("{secret}:"),
    ] {
        let reply = Redeem::anonymous(&code)
            .basic(&form(ID), wrong)
            .send(&house)
            .await;
        reply.refused(401, "invalid_client");
    }
}

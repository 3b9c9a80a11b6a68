//! What an assertion must say, and what becomes of it.

use dingpass::clock::Clock as _;
use serde_json::{Value, json};

use super::{JWT_BEARER, REDIRECT, Signer, claims, client, jwks, redeem};
use crate::support::{CLIENT, House, SECRET};
use crate::token::{Ask, Redeem};

async fn house(signer: &Signer) -> House {
    House::plan()
        .more(&client("signer", &jwks(&[signer])))
        .start()
        .await
}

async fn code(house: &House) -> String {
    let ask = Ask::new().by("signer", REDIRECT);
    ask.code(house, &mut house.browser()).await
}

/// RFC 7518 section 3.1, RFC 8037: the key's own algorithm.
#[tokio::test]
async fn an_assertion_is_taken_by_each_algorithm() {
    let signers = [
        Signer::rsa("rs", "RS256"),
        Signer::rsa("ps", "PS256"),
        Signer::es256("es"),
        Signer::ed25519("ed"),
    ];
    let all: Vec<&Signer> = signers.iter().collect();
    let house = House::plan()
        .more(&client("signer", &jwks(&all)))
        .start()
        .await;
    for (number, signer) in (0..).zip(&signers) {
        let named = signer.assert(&claims(&house, "signer", number));
        redeem(&code(&house).await, &named)
            .send(&house)
            .await
            .tokens();
        let header = json!({ "alg": signer.alg });
        let unnamed = signer.assert_as(&header, &claims(&house, "signer", 100 + number));
        redeem(&code(&house).await, &unnamed)
            .send(&house)
            .await
            .tokens();
    }
}

/// RFC 7523 section 3, OIDC Core section 9, oidcc-ensure-client-assertion-with-iss-aud: what
/// libraries send.
#[tokio::test]
async fn the_ordinary_ways_to_write_an_assertion_are_taken() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let token_endpoint = house.url("/token");
    let right = claims(&house, "signer", 0);
    let now = right["iat"].as_i64().unwrap();
    for (number, (name, value)) in (1..).zip([
        ("aud", json!(house.issuer)),
        ("aud", json!(token_endpoint)),
        ("aud", json!([house.issuer])),
        ("aud", json!([token_endpoint])),
        ("aud", json!([house.issuer, token_endpoint])),
        ("exp", json!(now + 1)),
        ("exp", json!(now + 600)),
        ("exp", json!(now as f64 + 60.5)),
        ("iat", json!(now - 3600)),
        // par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted
        ("iat", json!(now + 8)),
        ("nbf", json!(now + 8)),
        ("nbf", json!(now + 59)),
        // The clocks of two machines.
        ("exp", json!(now - 30)),
        ("jti", json!("x".repeat(2000))),
        ("unknown", json!({ "a": [1, null] })),
    ]) {
        let mut claims = claims(&house, "signer", number);
        claims[name] = value;
        let reply = redeem(&code(&house).await, &signer.assert(&claims))
            .send(&house)
            .await;
        assert_eq!(reply.status, 200, "{claims}: {reply:?}");
    }
    // A client_id beside it is no second method, if it is the same.
    let assertion = signer.assert(&claims(&house, "signer", 99));
    let named = redeem(&code(&house).await, &assertion).and("client_id", "signer");
    named.send(&house).await.tokens();
}

/// RFC 7523 section 3: one wrong member at a time, each alone is enough. Missing is wrong
/// (Zitadel, GHSA-wxg7-w2v3-w38g). The code stays good.
#[tokio::test]
async fn each_wrong_member_alone_is_refused_and_the_code_stays_good() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let code = code(&house).await;
    let right = claims(&house, "signer", 0);
    let now = right["iat"].as_i64().unwrap();
    let absent = Value::Null;
    for (name, value) in [
        ("iss", absent.clone()),
        ("iss", json!("demo")),
        ("iss", json!("")),
        ("iss", json!(["signer"])),
        ("sub", absent.clone()),
        ("sub", json!("demo")),
        ("sub", json!("Signer")),
        ("aud", absent.clone()),
        ("aud", json!("")),
        ("aud", json!([])),
        ("aud", json!("https://elsewhere.example")),
        ("aud", json!(format!("{}/", house.issuer))),
        ("aud", json!(house.url("/token/"))),
        ("aud", json!(house.url("/userinfo"))),
        ("aud", json!([house.issuer, "https://elsewhere.example"])),
        ("aud", json!([house.issuer, house.url("/userinfo")])),
        ("aud", json!([[house.issuer]])),
        ("aud", json!({ "0": house.issuer })),
        ("exp", absent.clone()),
        ("exp", json!(now - 61)),
        ("exp", json!(now - 300)),
        ("exp", json!(now + 661)),
        ("exp", json!(now + 86_400)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!(-1e300)),
        ("exp", json!(format!("{}", now + 60))),
        ("iat", json!(now + 62)),
        ("iat", json!("now")),
        ("nbf", json!(now + 62)),
        ("nbf", json!(now + 600)),
        ("jti", absent),
        ("jti", json!("")),
        ("jti", json!(7)),
    ] {
        let mut claims = right.clone();
        claims[name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        let reply = redeem(&code, &signer.assert(&claims)).send(&house).await;
        assert_eq!(reply.status, 401, "{name}: {value}: {reply:?}");
        reply.refused(401, "invalid_client");
    }
    redeem(&code, &signer.assert(&right))
        .send(&house)
        .await
        .tokens();
}

/// RFC 7523 section 3 item 7; Hydra, GHSA-3p3g-vpw6-4w66: an assertion is good once, and a
/// new process knows it.
#[tokio::test]
async fn an_assertion_is_good_once_and_a_restart_does_not_revive_it() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let assertion = signer.assert(&claims(&house, "signer", 0));
    redeem(&code(&house).await, &assertion)
        .send(&house)
        .await
        .tokens();
    let next = code(&house).await;
    let again = redeem(&next, &assertion);
    again.send(&house).await.refused(401, "invalid_client");
    // Another text with the same name.
    let mut renamed = claims(&house, "signer", 0);
    renamed["exp"] = json!(renamed["exp"].as_i64().unwrap() + 1);
    let again = redeem(&next, &signer.assert(&renamed));
    again.send(&house).await.refused(401, "invalid_client");

    // The store alone is what the next process has of this one.
    let restarted = House::plan()
        .more(&client("signer", &jwks(&[&signer])))
        .issuer(&house.issuer)
        .store(house.store.clone())
        .custody(house.custody.clone())
        .start()
        .await;
    let again = redeem(&next, &assertion);
    again.send(&restarted).await.refused(401, "invalid_client");
    let fresh = signer.assert(&claims(&house, "signer", 1));
    redeem(&next, &fresh).send(&restarted).await.tokens();
}

/// RFC 7523 section 3 item 7: clocks may be a minute apart, so an assertion is taken for a
/// minute beyond its end; it is remembered as long.
#[tokio::test]
async fn an_assertion_is_good_once_within_the_skew_of_its_end_too() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let ending = |number: u64, seconds: i64| {
        let mut claims = claims(&house, "signer", number);
        claims["exp"] = json!(claims["iat"].as_i64().unwrap() + seconds);
        signer.assert(&claims)
    };
    let assertion = ending(0, 10);
    let first = redeem(&code(&house).await, &assertion);
    first.send(&house).await.tokens();
    house.clock.advance_seconds(40);
    house.store.sweep(house.clock.now()).await.unwrap();
    let next = code(&house).await;
    let again = redeem(&next, &assertion);
    again.send(&house).await.refused(401, "invalid_client");
    // Its time is not why: one that has the same end is taken.
    redeem(&next, &ending(1, -30)).send(&house).await.tokens();
}

/// It has its jti in the clear, so whoever knows or guesses it must not use it up.
#[tokio::test]
async fn a_jti_is_used_up_by_its_own_clients_signature_alone() {
    let (signer, other) = (Signer::es256("one"), Signer::es256("one"));
    let clients = client("signer", &jwks(&[&signer])) + &client("other", &jwks(&[&other]));
    let house = House::plan().more(&clients).start().await;
    let code = code(&house).await;
    let right = claims(&house, "signer", 0);
    // Forged; and its own, but refused for another reason.
    let forged = redeem(&code, &other.assert(&right));
    forged.send(&house).await.refused(401, "invalid_client");
    let mut elsewhere = right.clone();
    elsewhere["aud"] = json!("https://elsewhere.example");
    let misled = redeem(&code, &signer.assert(&elsewhere));
    misled.send(&house).await.refused(401, "invalid_client");
    // Another client's assertion of the same name.
    let mut others = claims(&house, "other", 0);
    others["jti"] = right["jti"].clone();
    let foreign = redeem(&code, &other.assert(&others));
    foreign.send(&house).await.invalid_grant();

    redeem(&code, &signer.assert(&right))
        .send(&house)
        .await
        .tokens();
}

/// RFC 6749 section 2.3: one method in each request.
#[tokio::test]
async fn an_assertion_beside_another_method_is_refused() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let code = code(&house).await;
    let assertion = signer.assert(&claims(&house, "signer", 0));
    let right = || redeem(&code, &assertion);
    let bare = || Redeem::anonymous(&code).and("client_id", "signer");
    for wrong in [
        right().basic("signer", ""),
        right().basic(CLIENT, SECRET),
        right().header("authorization", b"Bearer x"),
        right().and("client_secret", SECRET),
        right().and("client_id", CLIENT),
        bare().and("client_assertion", &assertion),
        bare().and("client_assertion_type", JWT_BEARER),
        right().and("client_assertion", &assertion),
    ] {
        wrong.send(&house).await.refused(400, "invalid_request");
    }
    for (wrong, kind) in [
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "jwt-bearer",
        "URN:ietf:params:oauth:client-assertion-type:jwt-bearer",
    ]
    .map(|kind| (right().with("client_assertion_type", kind), kind))
    {
        let reply = wrong.send(&house).await;
        assert_eq!(reply.status, 401, "{kind}");
        reply.refused(401, "invalid_client");
    }
    right().send(&house).await.tokens();
}

/// A client signs or has a secret, as it is registered: the weaker way is no way in.
#[tokio::test]
async fn a_client_that_signs_has_no_other_way_in_and_no_other_client_signs() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let code = code(&house).await;
    for wrong in [
        Redeem::anonymous(&code).and("client_id", "signer"),
        Redeem::anonymous(&code).basic("signer", ""),
        Redeem::anonymous(&code).basic("signer", SECRET),
        Redeem::anonymous(&code)
            .and("client_id", "signer")
            .and("client_secret", SECRET),
        redeem(&code, &signer.assert(&claims(&house, CLIENT, 0))),
        redeem(&code, &signer.assert(&claims(&house, "nobody", 0))),
    ] {
        wrong.send(&house).await.refused(401, "invalid_client");
    }
    redeem(&code, &signer.assert(&claims(&house, "signer", 0)))
        .send(&house)
        .await
        .tokens();
}

/// Registration section 2: `token_endpoint_auth_signing_alg`.
#[tokio::test]
async fn a_client_that_names_its_algorithm_signs_with_no_other() {
    let signer = Signer::rsa("one", "PS256");
    let keys = format!(
        "{}\ntoken_endpoint_auth_signing_alg = \"RS256\"",
        jwks(&[&signer])
    );
    let house = House::plan().more(&client("signer", &keys)).start().await;
    let code = code(&house).await;
    let claims = claims(&house, "signer", 0);
    let other = redeem(&code, &signer.assert(&claims));
    other.send(&house).await.refused(401, "invalid_client");
    let its_own = Signer {
        alg: "RS256",
        ..signer
    };
    redeem(&code, &its_own.assert(&claims))
        .send(&house)
        .await
        .tokens();
}

/// RFC 7009 section 2.1, RFC 7662 section 2.1: the other endpoints that clients authenticate
/// at take the same assertion, and one that was used at one of them is used at all.
#[tokio::test]
async fn an_assertion_is_good_once_at_whichever_endpoint() {
    let signer = Signer::es256("one");
    let house = house(&signer).await;
    let ask = async |path: &str, assertion: &str| {
        let form = Redeem {
            headers: Vec::new(),
            form: Vec::new(),
        };
        let form = form
            .and("token", "unknown")
            .and("client_assertion_type", JWT_BEARER)
            .and("client_assertion", assertion);
        form.send_to(house.url(path)).await
    };
    for (number, path) in (0..).zip(["/revoke", "/introspect"]) {
        let assertion = signer.assert(&claims(&house, "signer", number));
        assert_eq!(ask(path, &assertion).await.status, 200, "{path}");
        for other in ["/revoke", "/introspect"] {
            let again = ask(other, &assertion).await;
            again.refused(401, "invalid_client");
        }
        let again = redeem("no-code", &assertion).send(&house).await;
        again.refused(401, "invalid_client");
    }
}

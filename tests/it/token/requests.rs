//! Grant types, repeated parameters, and the form of answers.

use super::{Ask, Redeem};
use crate::support::{CLIENT, House, SECRET};

/// RFC 6749 section 5.2: the table of codes and statuses, each by a request that earns it.
#[tokio::test]
async fn each_error_code_has_its_status() {
    type Change = fn(Redeem) -> Redeem;
    let house = House::start().await;
    let cases: [(&str, Change, u16, &str); 12] = [
        (
            "nothing",
            |it| Redeem {
                form: Vec::new(),
                ..it
            },
            400,
            "invalid_request",
        ),
        (
            "no grant type",
            |it| it.without("grant_type"),
            400,
            "invalid_request",
        ),
        (
            "an empty grant type",
            |it| it.with("grant_type", ""),
            400,
            "invalid_request",
        ),
        (
            "refresh",
            |it| it.with("grant_type", "refresh_token"),
            400,
            "invalid_request",
        ),
        (
            "client credentials",
            |it| it.with("grant_type", "client_credentials"),
            400,
            "unauthorized_client",
        ),
        (
            "password",
            |it| it.with("grant_type", "password"),
            400,
            "unsupported_grant_type",
        ),
        (
            "a grant type in another case",
            |it| it.with("grant_type", "Authorization_Code"),
            400,
            "unsupported_grant_type",
        ),
        (
            "device",
            |it| it.with("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            400,
            "unsupported_grant_type",
        ),
        (
            "an empty code",
            |it| it.with("code", ""),
            400,
            "invalid_request",
        ),
        ("an unknown code", |it| it, 400, "invalid_grant"),
        (
            "a long code",
            |it| it.with("code", &"a".repeat(20_000)),
            400,
            "invalid_grant",
        ),
        (
            "a wrong client",
            |it| it.basic(CLIENT, "wrong"),
            401,
            "invalid_client",
        ),
    ];
    for (what, change, status, error) in cases {
        let request = change(Redeem::of("a-code-that-nobody-issued"));
        let reply = request.send(&house).await;
        assert_eq!(reply.status.as_u16(), status, "{what}: {reply:?}");
        reply.refused(status, error);
    }
}

/// Who is not authenticated learns nothing of the rest of the request.
#[tokio::test]
async fn the_client_is_authenticated_before_anything_else_is_looked_at() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    for code in [code.as_str(), "a-code-that-nobody-issued", ""] {
        for grant_type in ["authorization_code", "password", ""] {
            let wrong = Redeem::of(code)
                .basic(CLIENT, "wrong")
                .with("grant_type", grant_type);
            let reply = wrong.send(&house).await;
            reply.refused(401, "invalid_client");
            let description = reply.json()["error_description"].clone();
            assert_eq!(
                description,
                "the client is unknown, or its secret is wrong or missing"
            );
        }
    }
}

/// An unknown client and a wrong secret look alike, and so do an unknown code and another's.
#[tokio::test]
async fn answers_don_t_tell_what_exists() {
    let house = House::start().await;
    let unknown = Redeem::of("x").basic("nobody", SECRET).send(&house).await;
    let wrong = Redeem::of("x").basic(CLIENT, "wrong").send(&house).await;
    assert_eq!(unknown.body, wrong.body);
}

/// RFC 6749 section 3.2: parameters must not be included more than once.
#[tokio::test]
async fn a_repeated_parameter_is_refused_and_the_code_stays_good() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let right = Redeem::of(&code);
    for (name, value) in right.form.clone() {
        for again in [value.as_str(), "another", ""] {
            let twice = right.clone().and(&name, again);
            twice.send(&house).await.refused(400, "invalid_request");
        }
    }
    // RFC 8707 and RFC 8693 allow these two to be there more than once.
    let several = right
        .and("resource", "https://a.example")
        .and("resource", "https://b.example")
        .and("audience", "a")
        .and("audience", "b");
    several.send(&house).await.tokens();
}

/// RFC 6749 section 3.2: unrecognized parameters are ignored, NocoBase's unnamed ones among
/// them.
#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let more = Redeem::of(&code)
        .and("clientId", "something")
        .and("clientSecret", "else")
        .and("scope", "openid admin")
        .and("nonce", "another");
    let tokens = more.send(&house).await.tokens();
    assert_eq!(
        tokens["scope"],
        "openid profile email phone groups dingtalk"
    );
}

/// RFC 6749 section 5.1: what a success has, and nothing more.
#[tokio::test]
async fn a_success_has_the_members_of_the_spec_and_no_cache_may_keep_it() {
    let house = House::plan()
        .more("[lifetimes]\naccess_token = \"5m\"")
        .start()
        .await;
    let code = Ask::new()
        .with("scope", "email offline_access unknown openid")
        .code(&house, &mut house.browser())
        .await;
    let reply = Redeem::of(&code).send(&house).await;
    let tokens = reply.tokens();
    let names: Vec<&str> = tokens.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 300);
    assert_eq!(tokens["scope"], "openid email offline_access");
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
}

/// Nothing that came in goes out with an error: neither markup nor secrets.
#[tokio::test]
async fn nothing_of_a_request_is_echoed() {
    let house = House::start().await;
    let mark = "Zq7<script>Zq7";
    for name in [
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier",
        "client_secret",
        mark,
    ] {
        let reply = Redeem::of("x").with(name, mark).send(&house).await;
        assert!(!reply.body.contains("Zq7"), "{name}: {reply:?}");
        assert!(!format!("{:?}", reply.headers).contains("Zq7"), "{name}");
    }
    for request in [
        Redeem::of(mark).basic(mark, mark),
        Redeem::anonymous(mark).and("client_id", mark),
        Redeem::anonymous(mark).header("authorization", mark.as_bytes()),
    ] {
        let reply = request.send(&house).await;
        assert!(!reply.body.contains("Zq7"), "{reply:?}");
        assert!(!format!("{:?}", reply.headers).contains("Zq7"));
    }
}

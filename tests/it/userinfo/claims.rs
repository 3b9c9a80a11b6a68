//! What userinfo says, by scope and client, and in which types.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{get, tokens_of};
use crate::support::{House, REDIRECT};
use crate::token::{Ask, Redeem, payload};

fn names(claims: &Map<String, Value>) -> BTreeSet<&str> {
    claims.keys().map(String::as_str).collect()
}

async fn claims(house: &House, scope: &str) -> Map<String, Value> {
    let (token, _) = tokens_of(house, Ask::new().with("scope", scope)).await;
    get(house, &token).await.tokens()
}

/// OIDC Core section 5.4: each scope brings its own claims and nobody else's.
#[tokio::test]
async fn each_scope_brings_its_claims_and_no_others() {
    let house = House::plan()
        .upstream("locale = \"zh-CN\"\nzoneinfo = \"Asia/Shanghai\"")
        .start()
        .await;
    let profile = [
        "locale",
        "name",
        "nickname",
        "picture",
        "preferred_username",
        "updated_at",
        "zoneinfo",
    ];
    let cases: [(&str, &[&str]); 6] = [
        ("openid", &[]),
        ("openid profile", &profile),
        ("openid email", &["email", "email_verified"]),
        ("openid phone", &["phone_number", "phone_number_verified"]),
        ("openid groups", &["groups"]),
        (
            "openid dingtalk",
            &[
                "dingtalk_corpid",
                "dingtalk_unionid",
                "dingtalk_userid",
                "job_number",
                "title",
            ],
        ),
    ];
    for (scope, expected) in cases {
        let claims = claims(&house, scope).await;
        let mut got = names(&claims);
        assert!(got.remove("sub"), "{scope}: {claims:?}");
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(got, expected, "{scope}");
    }
}

/// OIDC Core section 5.1: numbers are numbers and flags are flags; 5.3.2: what is not known
/// is left out, never null and never empty.
#[tokio::test]
async fn claims_have_their_types_and_none_is_empty() {
    let house = House::start().await;
    for userid in ["zhangsan", "chenboss", "wuhao", "gusso"] {
        house.sim.sign_in_as(userid).await;
        let claims = claims(&house, "openid profile email phone groups dingtalk").await;
        for (name, value) in &claims {
            match name.as_str() {
                "updated_at" => assert!(value.is_i64(), "{name}: {value}"),
                "email_verified" | "phone_number_verified" => {
                    assert!(value.is_boolean(), "{name}: {value}");
                }
                "groups" => {
                    let groups = value.as_array().unwrap();
                    assert!(!groups.is_empty() && groups.iter().all(Value::is_string));
                }
                _ => assert!(
                    value.as_str().is_some_and(|text| !text.is_empty()),
                    "{name}: {value}"
                ),
            }
        }
        // A flag stands beside its value or not at all (CVE-2026-14781).
        assert_eq!(
            claims.contains_key("email"),
            claims.contains_key("email_verified")
        );
        assert_eq!(
            claims.contains_key("phone_number"),
            claims.contains_key("phone_number_verified")
        );
    }
}

/// OIDC Core section 5.3.2: sub is always there and equals the ID Token's.
#[tokio::test]
async fn sub_equals_the_id_tokens() {
    let house = House::start().await;
    for scope in ["openid", "openid profile"] {
        let (token, id_token) = tokens_of(&house, Ask::new().with("scope", scope)).await;
        let claims = get(&house, &token).await.tokens();
        assert_eq!(claims["sub"], payload(&id_token)["sub"]);
    }
}

/// `updated_at` is when the profile changed, in seconds, not when it was last looked at.
#[tokio::test]
async fn updated_at_stays_while_the_profile_stays() {
    let house = House::start().await;
    let now = dingpass::clock::Clock::now(house.clock.as_ref()).as_seconds();
    assert_eq!(claims(&house, "openid profile").await["updated_at"], now);
    house.clock.advance_seconds(1000);
    assert_eq!(claims(&house, "openid profile").await["updated_at"], now);
}

fn client(id: &str, more: &str) -> String {
    format!(
        "[[clients]]\nclient_id = \"{id}\"\nclient_secret = \"another-secret-of-32-characters-or-more\"\nredirect_uris = [\"{REDIRECT}\"]\nscope = \"openid profile email phone\"\n{more}\n"
    )
}

async fn claims_of(
    house: &House,
    id: &str,
    scope: &str,
) -> (Map<String, Value>, Map<String, Value>) {
    let ask = Ask::new().by(id, REDIRECT).with("scope", scope);
    let code = ask.code(house, &mut house.browser()).await;
    let reply = Redeem::of(&code)
        .basic(id, "another-secret-of-32-characters-or-more")
        .send(house)
        .await;
    let userinfo = get(house, &reply.token("access_token")).await.tokens();
    (userinfo, payload(&reply.token("id_token")))
}

/// CONTRIBUTING.md, Decisions: two claims that OIDC does not know, for clients that read nothing else.
#[tokio::test]
async fn extra_claims_come_to_the_clients_that_chose_them_within_their_scopes() {
    let more = client("both", "extra_claims = [\"username\", \"phone\"]")
        + &client("name", "extra_claims = [\"username\"]")
        + &client("none", "")
        + &client("nocobase", "preset = \"nocobase\"");
    let house = House::plan().more(&more).start().await;
    let all = "openid profile email phone";
    for id in ["both", "nocobase"] {
        let (userinfo, _) = claims_of(&house, id, all).await;
        assert_eq!(userinfo["username"], userinfo["preferred_username"], "{id}");
        let phone = userinfo["phone"].as_str().unwrap();
        assert_eq!(userinfo["phone_number"], format!("+86{phone}"), "{id}");
        let (userinfo, _) = claims_of(&house, id, "openid").await;
        assert_eq!(names(&userinfo), BTreeSet::from(["sub"]), "{id}");
    }
    let (userinfo, _) = claims_of(&house, "name", all).await;
    assert!(userinfo.contains_key("username") && !userinfo.contains_key("phone"));
    let (userinfo, _) = claims_of(&house, "none", all).await;
    assert!(!userinfo.contains_key("username") && !userinfo.contains_key("phone"));
}

/// CONTRIBUTING.md, Decisions: NocoBase logs ID Tokens and reads userinfo alone, so nothing personal stands
/// in them; it sends neither PKCE nor nonce.
#[tokio::test]
async fn the_preset_nocobase_keeps_persons_out_of_id_tokens() {
    let house = House::plan()
        .more(&client("nocobase", "preset = \"nocobase\""))
        .start()
        .await;
    let ask = Ask::new()
        .by("nocobase", REDIRECT)
        .with("scope", "openid email profile phone")
        .unproved()
        .without("nonce");
    let code = ask.code(&house, &mut house.browser()).await;
    let reply = Redeem::of(&code)
        .without("code_verifier")
        .basic("nocobase", "another-secret-of-32-characters-or-more")
        .send(&house)
        .await;
    let id_token = payload(&reply.token("id_token"));
    assert_eq!(
        names(&id_token),
        BTreeSet::from([
            "acr",
            "at_hash",
            "aud",
            "auth_time",
            "exp",
            "iat",
            "iss",
            "sid",
            "sub"
        ])
    );
    let userinfo = get(&house, &reply.token("access_token")).await.tokens();
    for name in ["nickname", "username", "name", "phone"] {
        assert!(userinfo[name].is_string(), "{name}");
    }
}

//! The sample application's pages, in Chinese and English.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::relying_party::Person;

/// The texts of one language.
pub(super) struct Text {
    lang: &'static str,
    title: &'static str,
    what: &'static str,
    sign_in: &'static str,
    hint: &'static str,
    simulator: &'static str,
    signed_in: &'static str,
    verified: &'static str,
    userinfo: &'static str,
    id_token: &'static str,
    again: &'static str,
    sign_out: &'static str,
    sign_out_hint: &'static str,
    forget: &'static str,
    forget_hint: &'static str,
    failed: &'static str,
    retry: &'static str,
    issuer: &'static str,
}

const CHINESE: Text = Text {
    lang: "zh-CN",
    title: "示例应用",
    what: "这是一个用通用 OpenID Connect 库写成的小应用，它只知道 dingpass 的 issuer、client_id 和 client_secret。",
    sign_in: "用钉钉登录",
    hint: "您会看到一个模拟的钉钉登录页，任选一个人即可。",
    simulator: "模拟钉钉的开关",
    signed_in: "已登录",
    verified: "签名、issuer、aud、nonce、at_hash、state 和 iss 都已验证。",
    userinfo: "userinfo 返回的声明",
    id_token: "ID Token 里的声明",
    again: "重新登录（prompt=login）",
    sign_out: "退出登录",
    sign_out_hint: "“退出登录”同时结束 dingpass 的会话，再次登录会再经过钉钉。",
    forget: "只退出示例应用",
    forget_hint: "“只退出示例应用”时 dingpass 的会话还在，再次登录不会再经过钉钉。",
    failed: "登录没有成功",
    retry: "重试",
    issuer: "身份提供方",
};

const ENGLISH: Text = Text {
    lang: "en",
    title: "Sample application",
    what: "A small application on a general OpenID Connect library. All it knows of dingpass is issuer, client_id and client_secret.",
    sign_in: "Sign in with DingTalk",
    hint: "You will see a simulated DingTalk page; choose anybody.",
    simulator: "Switches of the simulated DingTalk",
    signed_in: "Signed in",
    verified: "Signature, issuer, aud, nonce, at_hash, state and iss were all verified.",
    userinfo: "Claims from userinfo",
    id_token: "Claims in the ID Token",
    again: "Sign in again (prompt=login)",
    sign_out: "Sign out",
    sign_out_hint: "“Sign out” ends the session with dingpass too; signing in again passes through DingTalk.",
    forget: "Leave the sample application",
    forget_hint: "“Leave the sample application” ends this application's session only. The one with dingpass goes on, so signing in again won't pass through DingTalk.",
    failed: "The sign-in did not succeed",
    retry: "Try again",
    issuer: "Identity provider",
};

/// The browser's language.
pub(super) fn text_for(headers: &HeaderMap) -> &'static Text {
    let wanted = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if wanted.starts_with("en") {
        &ENGLISH
    } else {
        &CHINESE
    }
}

#[derive(Template)]
#[template(path = "sample_welcome.html")]
struct Welcome<'a> {
    text: &'static Text,
    issuer: &'a str,
    simulator_url: &'a str,
}

#[derive(Template)]
#[template(path = "sample_person.html")]
struct PersonPage<'a> {
    text: &'static Text,
    person: &'a Person,
    initial: String,
    userinfo: Vec<(String, String)>,
    id_token: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "sample_failed.html")]
struct Failed<'a> {
    text: &'static Text,
    reason: &'a str,
}

pub(super) fn welcome(text: &'static Text, issuer: &str, simulator_url: &str) -> Response {
    render(
        &Welcome {
            text,
            issuer,
            simulator_url,
        },
        StatusCode::OK,
    )
}

pub(super) fn person(text: &'static Text, person: &Person) -> Response {
    render(
        &PersonPage {
            text,
            person,
            initial: person.name.chars().take(1).collect(),
            userinfo: rows(&person.userinfo),
            id_token: rows(&person.id_token),
        },
        StatusCode::OK,
    )
}

pub(super) fn failed(text: &'static Text, reason: &str) -> Response {
    render(&Failed { text, reason }, StatusCode::BAD_REQUEST)
}

pub(super) async fn style() -> Response {
    (
        [(
            CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        )],
        include_str!("sample.css"),
    )
        .into_response()
}

pub(super) async fn icon() -> Response {
    (
        [(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))],
        include_str!("sample.svg"),
    )
        .into_response()
}

/// Claims as text: lists and objects as JSON.
fn rows(claims: &Map<String, Value>) -> Vec<(String, String)> {
    claims
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (name.clone(), value)
        })
        .collect()
}

fn render<T: Template>(page: &T, status: StatusCode) -> Response {
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    );
    match page.render() {
        Ok(html) => (
            status,
            [
                (CONTENT_SECURITY_POLICY, POLICY),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
            Html(html),
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

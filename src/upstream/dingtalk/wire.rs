//! DingTalk's two dialects, decoded tolerantly: numbers may be strings, one object may stand
//! for a list, names differ between calls. What is needed is demanded all the same, and a
//! bare HTTP 200 proves nothing: unknown paths answer 200 too.

use std::net::IpAddr;

use serde_json::Value;

use crate::outbound::{Answer, TransportError};
use crate::upstream::{Cause, Detail, UpstreamError};

/// A text under the first of `names` that has one.
pub(super) fn text(value: &Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| value.get(name))
        .find_map(|found| match found {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .filter(|text| !text.is_empty())
}

/// A text exactly as it was sent: identifiers and addresses are refused rather than repaired.
pub(super) fn verbatim(value: &Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| value.get(name))
        .find_map(|found| match found {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
}

/// An integer, written as one or as text.
pub(super) fn integer(value: &Value, names: &[&str]) -> Option<i64> {
    names
        .iter()
        .filter_map(|name| value.get(name))
        .find_map(as_integer)
}

/// A truth value, written as one, as text or as a number. `Err` where something stands there
/// that is neither yes nor no: what that means is the caller's to decide, on the safe side.
pub(super) fn boolean(value: &Value, name: &str) -> Result<bool, NeitherYesNorNo> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(truth)) => Ok(*truth),
        Some(Value::String(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" | "" => Ok(false),
            _ => Err(NeitherYesNorNo),
        },
        Some(Value::Number(number)) => match number.as_i64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(NeitherYesNorNo),
        },
        Some(Value::Array(_) | Value::Object(_)) => Err(NeitherYesNorNo),
    }
}

/// See [`boolean`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NeitherYesNorNo;

/// A list; a lone object counts as a list of one, a JSON text as what it holds.
pub(super) fn list(value: &Value, name: &str) -> Vec<Value> {
    match value.get(name) {
        Some(Value::Array(items)) => items.clone(),
        Some(Value::String(json)) => serde_json::from_str(json).unwrap_or_default(),
        Some(object @ Value::Object(_)) => vec![object.clone()],
        _ => Vec::new(),
    }
}

/// An integer in a value of its own.
pub(super) fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// An answer of the new dialect: the bare object of a 200, or the error.
pub(super) fn decode_new(
    call: &'static str,
    answer: Result<Answer, TransportError>,
) -> Result<Value, UpstreamError> {
    let (status, value) = read(call, answer)?;
    if status == 200 {
        // An unknown path answers 200 in the old dialect.
        return match integer(&value, &["errcode"]) {
            Some(code) if code != 0 => Err(old_error(call, code, &value)),
            _ => Ok(value),
        };
    }
    let Some(code) = text(&value, &["code", "Code"]) else {
        let cause = if status >= 500 {
            Cause::Busy
        } else {
            Cause::Unintelligible
        };
        return Err(UpstreamError::bare(cause, call));
    };
    let required = value
        .get("accessdenieddetail")
        .map(|detail| list(detail, "requiredScopes"))
        .unwrap_or_default();
    let message = text(&value, &["message", "Message"]).unwrap_or_default();
    Err(UpstreamError {
        cause: cause_of_new(status, &code),
        detail: Box::new(Detail {
            call,
            request_id: text(&value, &["requestid", "RequestId", "requestId"])
                .and_then(|id| printable(&id)),
            permission: required
                .iter()
                .find_map(|scope| permission_name(scope.as_str()?))
                .or_else(|| permission_in(&message)),
            apply_link: apply_link_in(&message),
            address: address_in(&message),
            code: printable(&code),
        }),
        person: None,
    })
}

/// An answer of the old dialect, always HTTP 200: the `result` of errcode 0, or the error.
pub(super) fn decode_old(
    call: &'static str,
    answer: Result<Answer, TransportError>,
) -> Result<Value, UpstreamError> {
    let (status, value) = read(call, answer)?;
    match integer(&value, &["errcode"]) {
        Some(0) if status == 200 => value
            .get("result")
            .cloned()
            .ok_or_else(|| UpstreamError::bare(Cause::Unintelligible, call)),
        Some(code) if code != 0 => Err(old_error(call, code, &value)),
        _ if status >= 500 => Err(UpstreamError::bare(Cause::Busy, call)),
        _ => Err(UpstreamError::bare(Cause::Unintelligible, call)),
    }
}

fn read(
    call: &'static str,
    answer: Result<Answer, TransportError>,
) -> Result<(u16, Value), UpstreamError> {
    let answer = answer.map_err(|error| {
        let cause = match error {
            TransportError::TimedOut => Cause::TimedOut,
            TransportError::Unreachable
            | TransportError::Broken
            | TransportError::NotAllowed
            | TransportError::Forbidden => Cause::Unreachable,
            TransportError::TooLarge => Cause::Unintelligible,
        };
        UpstreamError::bare(cause, call)
    })?;
    match serde_json::from_slice::<Value>(&answer.body) {
        // The firewall in front of DingTalk says "punish" in JSON, too.
        Ok(value) if value.get("punish").is_some() => {
            Err(UpstreamError::bare(Cause::Blocked, call))
        }
        Ok(value @ Value::Object(_)) => Ok((answer.status, value)),
        _ if looks_like_html(&answer.body) => Err(UpstreamError::bare(Cause::Blocked, call)),
        _ if answer.status >= 500 => Err(UpstreamError::bare(Cause::Busy, call)),
        _ => Err(UpstreamError::bare(Cause::Unintelligible, call)),
    }
}

fn looks_like_html(body: &[u8]) -> bool {
    body.iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| *byte == b'<')
}

/// Failures of the old dialect's gateway are wrapped as 88, the true code in `sub_code`.
fn old_error(call: &'static str, errcode: i64, value: &Value) -> UpstreamError {
    let message = [
        text(value, &["sub_msg"]).unwrap_or_default(),
        text(value, &["errmsg"]).unwrap_or_default(),
    ]
    .join(" ");
    let code = if errcode == 88 {
        integer(value, &["sub_code"])
            .or_else(|| subcode_in(&message))
            .unwrap_or(errcode)
    } else {
        errcode
    };
    UpstreamError {
        cause: cause_of_old(code),
        detail: Box::new(Detail {
            call,
            code: Some(code.to_string()),
            request_id: text(value, &["request_id", "requestid"]).and_then(|id| printable(&id)),
            permission: permission_in(&message),
            apply_link: apply_link_in(&message),
            address: address_in(&message),
        }),
        person: None,
    }
}

/// A code or an id, fit for a log line and a page: graphic ASCII of a bounded length.
fn printable(text: &str) -> Option<String> {
    let fit = text.len() <= 120 && text.chars().all(|c| c.is_ascii_graphic());
    fit.then(|| text.to_owned())
}

/// Our own address as DingTalk saw it, in `request ip=203.0.113.7`.
fn address_in(message: &str) -> Option<IpAddr> {
    let (_, rest) = message.split_once("request ip=")?;
    let end = rest.find(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':'));
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

/// The number in `subcode=40014`, where `sub_code` itself is missing.
fn subcode_in(message: &str) -> Option<i64> {
    let (_, rest) = message.split_once("subcode=")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The permission in `requiredScopes=[X]` or `[X]`.
fn permission_in(message: &str) -> Option<String> {
    let after = message
        .split_once("requiredScopes=[")
        .or_else(|| message.split_once("权限：["))
        .or_else(|| message.split_once("权限:["))?
        .1;
    permission_name(after.split([']', ',']).next()?)
}

/// A permission's name, if it looks like one: it goes into log lines and onto pages.
fn permission_name(text: &str) -> Option<String> {
    let name = text.trim();
    let plausible = !name.is_empty()
        && name.len() <= 100
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    plausible.then(|| name.to_owned())
}

/// The link on DingTalk's own console in a message. Nothing else in it is taken for a link:
/// it is shown to operators.
fn apply_link_in(message: &str) -> Option<String> {
    const CONSOLE: [&str; 2] = [
        "https://open-dev.dingtalk.com/",
        "https://open-dev.dingtalk.io/",
    ];
    let start = CONSOLE.iter().find_map(|console| message.find(console))?;
    let link: String = message
        .get(start..)?
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(*c))
        .take(300)
        .collect();
    Some(link.trim_end_matches([',', '.', ']', ')', ';']).to_owned())
}

/// Throttling is told by names that begin like a missing permission: it is looked for first.
fn cause_of_new(status: u16, code: &str) -> Cause {
    if code.contains("ApiCountLimit") {
        return Cause::QuotaSpent;
    }
    if code.contains("Qps") || code.contains("Qpm") {
        return Cause::Throttled;
    }
    match code {
        "invalidParameter.authCode.notFound" => Cause::CodeRefused,
        "InvalidAuthentication" | "accesstoken.expired" => Cause::TokenRefused,
        "invalidClientIdOrSecret" | "invalid.client" | "unauthorized.client" => {
            Cause::CredentialsRefused
        }
        "Forbidden.AccessDenied.AccessTokenPermissionDenied" => Cause::PermissionMissing,
        "Forbidden.AccessDenied.IpNotInWhiteList" => Cause::AddressNotAllowed,
        "forbidden.user.notInOrg" | "invalidParameter.user.notFound" => Cause::NotAMember,
        "system.busy" | "systemBusy" | "server.error" | "ServiceUnavailable" => Cause::Busy,
        _ if status == 502 || status == 503 || status == 504 => Cause::Busy,
        // 500 unknownError is what wrong credentials get at some calls: not worth a retry.
        _ if status >= 500 => Cause::Failed,
        _ => Cause::Unexpected,
    }
}

fn cause_of_old(code: i64) -> Cause {
    match code {
        -1 => Cause::Busy,
        40014 | 42001 | 41001 | 40000 => Cause::TokenRefused,
        40001 | 40089 | 40096 => Cause::CredentialsRefused,
        60011 | 43007 | 48002 => Cause::PermissionMissing,
        60020 => Cause::AddressNotAllowed,
        60111 | 60121 | 33012 => Cause::NotAMember,
        60120 => Cause::PersonDisabled,
        50002 => Cause::OutsideRange,
        50003 | 50005 => Cause::ApplicationDisabled,
        90020 => Cause::QuotaSpent,
        90001..=90019 => Cause::Throttled,
        404 | 22 => Cause::Unintelligible,
        _ => Cause::Unexpected,
    }
}

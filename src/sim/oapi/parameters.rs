//! Parameters of a call to the old host: a form or JSON, by the content type.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::super::reply::OapiError;

/// The fields of a request body.
pub(super) struct Parameters {
    fields: Map<String, Value>,
    is_form: bool,
}

impl Parameters {
    /// Reads a body. One that cannot be read has no fields: what fails then is the first field
    /// that a call requires, as at DingTalk.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let is_json = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.trim_start().starts_with("application/json"));
        let fields = if is_json {
            serde_json::from_slice(body).unwrap_or_default()
        } else {
            url::form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
                .collect()
        };
        Self {
            fields,
            is_form: !is_json,
        }
    }

    /// The token, if it came as a form field; JSON does not carry one.
    pub(super) fn form_token(&self) -> Option<String> {
        let token = self.fields.get("access_token")?.as_str()?;
        self.is_form.then(|| token.to_owned())
    }

    /// A text, if present and not empty. Numbers count as the text they are written as.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, OapiError> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// A whole number, if present; in a form it is text.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, OapiError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_i64()
                .or_else(|| value.as_str()?.trim().parse().ok())
                .map(Some)
                .ok_or_else(|| invalid(name)),
        }
    }

    pub(super) fn required_number(&self, name: &str) -> Result<i64, OapiError> {
        self.number(name)?.ok_or_else(|| missing(name))
    }

    /// A whole number between two bounds; `usual` when absent.
    pub(super) fn bounded(
        &self,
        name: &str,
        usual: Option<usize>,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, OapiError> {
        match (self.number(name)?, usual) {
            (Some(number), _) => usize::try_from(number)
                .ok()
                .filter(|number| bounds.contains(number))
                .ok_or_else(|| invalid(name)),
            (None, Some(usual)) => Ok(usual),
            (None, None) => Err(missing(name)),
        }
    }
}

fn missing(name: &str) -> OapiError {
    OapiError::business(400_002, format!("缺少参数 {name}"))
}

/// A parameter that is present and of no use.
pub(super) fn invalid(name: &str) -> OapiError {
    OapiError::business(400_002, format!("无效的参数 {name}"))
}

//! The browser's part: the address of DingTalk's page, and what comes back from it.

use url::form_urlencoded;

use super::settings::Settings;
use crate::domain::params::Parameters;
use crate::upstream::{Cause, UpstreamError};

/// The call's name in errors.
const CALL: &str = "oauth2/auth";

/// `GET /oauth2/auth`. Without `prompt=consent` DingTalk's page fails; neither PKCE nor a
/// nonce exist there, so the state that is bound to the browser is the only defence.
pub(super) fn authorization_url(settings: &Settings, state: &str) -> String {
    let scope = if settings.ask_organisation {
        "openid%20corpid"
    } else {
        "openid"
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("prompt", "consent")
        .append_pair("state", state)
        .finish();
    // DingTalk wants the blank in scope as %20; a form serializer writes a plus.
    format!(
        "{}/oauth2/auth?{query}&scope={scope}",
        settings.login_base_url
    )
}

/// The code in the browser's answer: `code`, `authCode` or both, which must then agree.
pub(super) fn code_of(answer: &Parameters) -> Result<String, UpstreamError> {
    if answer.get("error").is_some() {
        return Err(UpstreamError::bare(Cause::Denied, CALL));
    }
    match (answer.get("code"), answer.get("authCode")) {
        (Some(code), Some(auth_code)) if code != auth_code => {
            Err(UpstreamError::bare(Cause::InvalidAnswer, CALL))
        }
        (Some(code), _) | (None, Some(code)) => Ok(code.to_owned()),
        (None, None) => Err(UpstreamError::bare(Cause::InvalidAnswer, CALL)),
    }
}

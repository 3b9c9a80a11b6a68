//! Calls of the new dialect: tokens, and who the person is.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::wire::{decode_new, integer, text, verbatim};
use super::{DingTalk, Settings, retry};
use crate::domain::unseen::is_unseen;
use crate::outbound::OperatorHosts;
use crate::upstream::{Cause, UpstreamError};

/// The header of the new dialect's tokens.
pub(super) const TOKEN_HEADER: &str = "x-acs-dingtalk-access-token";

/// Two hours, in seconds: every token's lifetime so far.
const USUAL_LIFETIME: u64 = 7200;

/// A user's token, and the organisation that the user chose, where one was asked for.
pub(super) struct UserToken {
    pub(super) access_token: SecretString,
    pub(super) corp_id: Option<String>,
}

/// What `users/me` is asked for. It also has mail and mobile, which people write themselves
/// and which come from any organisation: they are not even read.
pub(super) struct Me {
    pub(super) union_id: String,
    pub(super) nick: Option<String>,
    pub(super) avatar_url: Option<String>,
}

impl DingTalk {
    /// `POST /v1.0/oauth2/userAccessToken`. Never retried: the code is good for one call.
    pub(super) async fn user_access_token(&self, code: &str) -> Result<UserToken, UpstreamError> {
        const CALL: &str = "oauth2/userAccessToken";
        let url = format!("{}/v1.0/oauth2/userAccessToken", self.settings.api_base_url);
        let request = self.http.post(&url).json(&json!({
            "clientId": self.settings.client_id,
            "clientSecret": self.settings.client_secret.expose_secret(),
            "code": code,
            "grantType": "authorization_code",
        }));
        let answer = decode_new(CALL, self.http.send(request).await)?;
        let access_token = text(&answer, &["accessToken", "access_token"])
            .ok_or_else(|| UpstreamError::bare(Cause::Unintelligible, CALL))?;
        Ok(UserToken {
            access_token: access_token.into(),
            corp_id: verbatim(&answer, &["corpId", "corpid"]),
        })
    }

    /// `GET /v1.0/contact/users/me`
    pub(super) async fn users_me(&self, token: &SecretString) -> Result<Me, UpstreamError> {
        const CALL: &str = "contact/users/me";
        let url = format!("{}/v1.0/contact/users/me", self.settings.api_base_url);
        let answer = retry::read(self.settings.retry_pause, || async {
            let request = self
                .http
                .get(&url)
                .header(TOKEN_HEADER, token.expose_secret());
            decode_new(CALL, self.http.send(request).await)
        })
        .await?;
        let union_id = verbatim(&answer, &["unionId", "unionid"])
            .filter(|id| is_plain_identifier(id))
            .ok_or_else(|| UpstreamError::bare(Cause::Unintelligible, CALL))?;
        Ok(Me {
            union_id,
            nick: text(&answer, &["nick"]),
            avatar_url: text(&answer, &["avatarUrl", "avatar"]),
        })
    }
}

/// `POST /v1.0/oauth2/accessToken`; returns the token and its lifetime in seconds.
pub(super) async fn fetch_app_token(
    settings: &Settings,
    http: &OperatorHosts,
) -> Result<(SecretString, u64), UpstreamError> {
    const CALL: &str = "oauth2/accessToken";
    let url = format!("{}/v1.0/oauth2/accessToken", settings.api_base_url);
    let answer = retry::token(settings.retry_pause, || async {
        let request = http.post(&url).json(&json!({
            "appKey": settings.client_id,
            "appSecret": settings.client_secret.expose_secret(),
        }));
        decode_new(CALL, http.send(request).await)
    })
    .await?;
    let token = text(&answer, &["accessToken", "access_token"])
        .ok_or_else(|| UpstreamError::bare(Cause::Unintelligible, CALL))?;
    let lifetime = integer(&answer, &["expireIn", "expires_in"])
        .and_then(|seconds| u64::try_from(seconds).ok())
        .unwrap_or(USUAL_LIFETIME);
    Ok((token.into(), lifetime))
}

/// Identifiers become keys and user names: odd ones (control characters, blanks, characters
/// that nobody sees) are refused, never repaired.
pub(super) fn is_plain_identifier(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && !id.chars().any(|c| c.is_whitespace() || is_unseen(c))
}

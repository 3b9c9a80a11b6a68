//! The protocol part of the sample application, left to the `openidconnect` crate: discovery,
//! PKCE, state, nonce, the verification of the ID Token, userinfo.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdToken,
    CoreIdTokenClaims, CoreIdTokenVerifier,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse as _,
    UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::SampleError;
use super::back_channel::session_of;
use super::http_client::HttpClient;

/// What the application asks for.
const SCOPES: [&str; 5] = ["profile", "email", "phone", "groups", "dingtalk"];

pub(super) struct RelyingParty {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
    http: HttpClient,
}

/// A sign-in under way.
pub(super) struct PendingSignIn {
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

impl PendingSignIn {
    /// What tells it from others.
    pub(super) fn state(&self) -> &str {
        self.state.secret()
    }
}

/// The `state` of an answer.
pub(super) fn state_of(query: &str) -> Option<String> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned())
}

/// What was learned of a person: everything here was verified.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) id_token: Map<String, Value>,
    pub(super) userinfo: Map<String, Value>,
    /// Presented when the person signs out.
    token: CoreIdToken,
}

impl Person {
    /// The provider's name of the session.
    pub(super) fn sid(&self) -> Option<&str> {
        self.id_token.get("sid").and_then(Value::as_str)
    }
}

/// Userinfo's claims, whatever they are.
#[derive(Debug, Deserialize, Serialize)]
struct AnyClaims(Map<String, Value>);
impl AdditionalClaims for AnyClaims {}

impl RelyingParty {
    pub(super) fn new(
        issuer: &str,
        client_id: &str,
        client_secret: &str,
        base_url: &str,
        http: HttpClient,
    ) -> Result<Self, SampleError> {
        Ok(Self {
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(failed)?,
            client_id: ClientId::new(client_id.to_owned()),
            client_secret: ClientSecret::new(client_secret.to_owned()),
            redirect_url: RedirectUrl::new(format!("{base_url}/callback")).map_err(failed)?,
            after_logout: PostLogoutRedirectUrl::new(format!("{base_url}/")).map_err(failed)?,
            http,
        })
    }

    async fn discover(&self) -> Result<ProviderMetadataWithLogout, SampleError> {
        ProviderMetadataWithLogout::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(failed)
    }

    /// The address at which a browser signs in. `again` asks for DingTalk's page even where
    /// the browser has a session with the broker.
    pub(super) async fn begin(&self, again: bool) -> Result<(String, PendingSignIn), SampleError> {
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect_url.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in SCOPES {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        if again {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (url, state, nonce) = request.url();
        Ok((
            url.to_string(),
            PendingSignIn {
                state,
                nonce,
                verifier,
            },
        ))
    }

    /// From the browser's answer to a person: state, `iss`, code, ID Token, `at_hash`,
    /// userinfo, each checked.
    pub(super) async fn finish(
        &self,
        query: &str,
        pending: PendingSignIn,
    ) -> Result<Person, SampleError> {
        let answer: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let get = |name: &str| {
            answer
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        };
        if get("state") != Some(pending.state.secret()) {
            return Err(SampleError("the state is not the one that was sent".into()));
        }
        if get("iss") != Some(self.issuer.as_str()) {
            return Err(SampleError("the answer is from another issuer".into()));
        }
        if let Some(error) = get("error") {
            let description = get("error_description").unwrap_or_default();
            return Err(SampleError(format!("{error}: {description}")));
        }
        let code = get("code").ok_or_else(|| SampleError("the answer has no code".into()))?;
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect_url.clone());
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(failed)?
            .set_pkce_verifier(pending.verifier)
            .request_async(&self.http)
            .await
            .map_err(failed)?;
        let id_token = tokens
            .id_token()
            .ok_or_else(|| SampleError("there is no ID Token".into()))?;
        let verifier = client.id_token_verifier();
        let claims = id_token.claims(&verifier, &pending.nonce).map_err(failed)?;
        check_at_hash(claims, id_token, &verifier, tokens.access_token())?;
        let userinfo: UserInfoClaims<AnyClaims, CoreGenderClaim> = client
            .user_info(
                tokens.access_token().clone(),
                Some(claims.subject().clone()),
            )
            .map_err(failed)?
            .request_async(&self.http)
            .await
            .map_err(failed)?;
        let userinfo = as_map(&userinfo)?;
        let text = |name: &str| {
            userinfo
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        Ok(Person {
            name: text("name")
                .or_else(|| text("nickname"))
                .unwrap_or_default(),
            id_token: payload(&id_token.to_string())?,
            userinfo,
            token: id_token.clone(),
        })
    }
}

impl RelyingParty {
    /// The address at which a person leaves the provider, and comes back here.
    pub(super) async fn sign_out(&self, person: &Person) -> Result<String, SampleError> {
        let metadata = self.discover().await?;
        let endpoint = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()
            .ok_or_else(|| SampleError("the provider has no logout".into()))?;
        let url = LogoutRequest::from(endpoint)
            .set_id_token_hint(&person.token)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after_logout.clone())
            .http_get_url();
        Ok(url.into())
    }

    /// The session that a logout token of the provider says has ended.
    pub(super) async fn ended_session(&self, token: &str) -> Result<String, SampleError> {
        let metadata = self.discover().await?;
        let keys = serde_json::to_value(metadata.jwks()).map_err(failed)?;
        let keys = serde_json::from_value(keys).map_err(failed)?;
        session_of(token, &keys, self.issuer.as_str(), self.client_id.as_str())
    }
}

fn check_at_hash(
    claims: &CoreIdTokenClaims,
    id_token: &openidconnect::core::CoreIdToken,
    verifier: &CoreIdTokenVerifier<'_>,
    access_token: &openidconnect::AccessToken,
) -> Result<(), SampleError> {
    let Some(expected) = claims.access_token_hash() else {
        return Ok(());
    };
    let actual = AccessTokenHash::from_token(
        access_token,
        id_token.signing_alg().map_err(failed)?,
        id_token.signing_key(verifier).map_err(failed)?,
    )
    .map_err(failed)?;
    if actual == *expected {
        Ok(())
    } else {
        Err(SampleError(
            "the access token is not the one of the ID Token".into(),
        ))
    }
}

/// All claims of a token that was verified: the library's own type knows the standard ones.
fn payload(token: &str) -> Result<Map<String, Value>, SampleError> {
    let part = token.split('.').nth(1).unwrap_or_default();
    let json = URL_SAFE_NO_PAD.decode(part).map_err(failed)?;
    serde_json::from_slice(&json).map_err(failed)
}

fn as_map<T: Serialize>(claims: &T) -> Result<Map<String, Value>, SampleError> {
    match serde_json::to_value(claims).map_err(failed)? {
        Value::Object(map) => Ok(map),
        _ => Err(SampleError("the claims are no object".into())),
    }
}

fn failed<E: std::error::Error>(error: E) -> SampleError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    SampleError(text)
}

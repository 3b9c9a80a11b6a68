//! The relying party: the `openidconnect` crate, an independent judge of what we send.

use std::collections::BTreeMap;

use dingpass::domain::signing_alg::SigningAlg;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Browser, Page, http};

#[derive(Debug, Deserialize, Serialize)]
struct AnyClaims(Map<String, Value>);
impl AdditionalClaims for AnyClaims {}

/// A client as that library plays it.
pub(crate) struct RelyingParty {
    pub(super) metadata: CoreProviderMetadata,
    pub(super) id: ClientId,
    pub(super) secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    pub(super) http: reqwest::Client,
    issuer: String,
    /// The one algorithm that it takes ID Tokens by.
    pub(super) alg: CoreJwsSigningAlgorithm,
}

/// A request under way.
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) state: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// The parameters of an answer at the redirect_uri, each at most once.
#[derive(Debug)]
pub(crate) struct Answer(pub(crate) BTreeMap<String, String>);

impl Answer {
    /// The answer in a redirect's address.
    pub(crate) fn of(page: &Page) -> Self {
        let location = page
            .location()
            .unwrap_or_else(|| panic!("no redirect but {}: {}", page.status, page.body));
        assert!(!location.contains('#'), "nothing goes into a fragment");
        let url = url::Url::parse(location).unwrap();
        let mut parameters = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            let repeated = parameters.insert(name.clone().into_owned(), value.into_owned());
            assert!(repeated.is_none(), "{name} is repeated");
        }
        Self(parameters)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The code; panics where an error came.
    pub(crate) fn code(&self) -> &str {
        self.get("code")
            .unwrap_or_else(|| panic!("no code in {self:?}"))
    }
}

/// A finished sign-in: all verified.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) id_token: String,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) claims: CoreIdTokenClaims,
    pub(crate) userinfo: Map<String, Value>,
}

impl SignedIn {
    /// `sub`
    pub(crate) fn sub(&self) -> &str {
        self.claims.subject().as_str()
    }

    /// The payload of the ID Token, as it is on the wire.
    pub(crate) fn payload(&self) -> Map<String, Value> {
        payload(&self.id_token)
    }
}

/// The payload of a JWT, unverified.
pub(crate) fn payload(token: &str) -> Map<String, Value> {
    use base64::Engine as _;
    let part = token.split('.').nth(1).unwrap();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap();
    serde_json::from_slice(&json).unwrap()
}

impl RelyingParty {
    pub(crate) async fn discover(
        issuer: &str,
        id: &str,
        secret: Option<&str>,
        redirect: &str,
    ) -> Self {
        let http = http();
        let metadata = CoreProviderMetadata::discover_async(
            IssuerUrl::new(issuer.to_owned()).unwrap(),
            &|request| send(http.clone(), request),
        )
        .await
        .unwrap();
        Self {
            metadata,
            id: ClientId::new(id.to_owned()),
            secret: secret.map(|secret| ClientSecret::new(secret.to_owned())),
            redirect: RedirectUrl::new(redirect.to_owned()).unwrap(),
            http,
            issuer: issuer.to_owned(),
            alg: CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        }
    }

    /// The same client, registered with `id_token_signed_response_alg`: it takes no other.
    pub(crate) fn signed_by(mut self, alg: SigningAlg) -> Self {
        self.alg = match alg {
            SigningAlg::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            SigningAlg::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
            SigningAlg::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
            SigningAlg::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
        };
        self
    }

    /// An authorization request with PKCE, state and nonce; `more` parameters are appended.
    pub(crate) fn request(&self, scopes: &[&str], more: &[(&str, &str)]) -> Request {
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        )
        .set_redirect_uri(self.redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_pkce_challenge(challenge);
        for scope in scopes {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        for (name, value) in more {
            request = request.add_extra_param((*name).to_owned(), (*value).to_owned());
        }
        let (url, state, nonce) = request.url();
        Request {
            url: url.to_string(),
            state: state.secret().clone(),
            nonce,
            verifier,
        }
    }

    /// Sends a browser through the request and back; the answer has our state and issuer.
    pub(crate) async fn authorize(&self, browser: &mut Browser, request: &Request) -> Answer {
        let page = browser.follow(&request.url, self.redirect.as_str()).await;
        let answer = Answer::of(&page);
        assert_eq!(answer.get("state"), Some(request.state.as_str()));
        assert_eq!(answer.get("iss"), Some(self.issuer.as_str()));
        answer
    }

    /// A whole sign-in: request, DingTalk, code, tokens, userinfo, everything verified.
    pub(crate) async fn sign_in(&self, browser: &mut Browser, scopes: &[&str]) -> SignedIn {
        self.sign_in_with(browser, scopes, &[]).await
    }

    /// The same with further parameters in the request.
    pub(crate) async fn sign_in_with(
        &self,
        browser: &mut Browser,
        scopes: &[&str],
        more: &[(&str, &str)],
    ) -> SignedIn {
        let request = self.request(scopes, more);
        let answer = self.authorize(browser, &request).await;
        self.finish(request, answer.code()).await
    }

    /// From the code to verified claims.
    pub(crate) async fn finish(&self, request: Request, code: &str) -> SignedIn {
        let client = CoreClient::from_provider_metadata(
            self.metadata.clone(),
            self.id.clone(),
            self.secret.clone(),
        )
        .set_redirect_uri(self.redirect.clone());
        let send = |request| send(self.http.clone(), request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .unwrap()
            .set_pkce_verifier(request.verifier)
            .request_async(&send)
            .await
            .unwrap();
        let id_token = tokens.id_token().expect("an ID Token");
        // The broker's clock may have been moved; the tests look at the times themselves.
        let issued = payload(&id_token.to_string())["iat"].as_i64().unwrap();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs([self.alg.clone()])
            .set_time_fn(move || chrono::DateTime::from_timestamp(issued, 0).unwrap());
        let claims = id_token.claims(&verifier, &request.nonce).unwrap().clone();
        let hash = AccessTokenHash::from_token(
            tokens.access_token(),
            id_token.signing_alg().unwrap(),
            id_token.signing_key(&verifier).unwrap(),
        )
        .unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash), "at_hash");
        let userinfo: UserInfoClaims<AnyClaims, CoreGenderClaim> = client
            .user_info(
                tokens.access_token().clone(),
                Some(claims.subject().clone()),
            )
            .unwrap()
            .request_async(&send)
            .await
            .unwrap();
        let Value::Object(userinfo) = serde_json::to_value(&userinfo).unwrap() else {
            panic!("userinfo is no object");
        };
        SignedIn {
            id_token: id_token.to_string(),
            access_token: tokens.access_token().secret().clone(),
            refresh_token: tokens.refresh_token().map(|token| token.secret().clone()),
            claims,
            userinfo,
        }
    }
}

pub(super) async fn send(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let response = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body)
        .send()
        .await?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
}

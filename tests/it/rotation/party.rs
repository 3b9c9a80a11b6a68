//! A relying party: sends people to sign in, redeems codes, refreshes, and believes a token
//! only if all of it is right by the keys that it holds (OIDC Core sections 3.1.3.7 and 12.2,
//! Back-Channel Logout section 2.6).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dingpass::clock::{Clock, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::key_cache::{Habit, KeyCache};
use crate::support::{Answer, SECRET, install_crypto};

pub(super) type Claims = Map<String, Value>;

/// Why a relying party turns a token down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It does not hold the key.
    UnknownKey,
    /// Signature, algorithm, issuer or audience.
    Wrong(String),
    /// A claim.
    Claim(&'static str),
}

/// Tokens that a relying party believes.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) claims: Claims,
}

/// An authorization request that is under way.
pub(super) struct Begun {
    pub(super) url: String,
    state: String,
    nonce: String,
    verifier: String,
}

/// A relying party.
pub(super) struct Party {
    pub(super) id: &'static str,
    pub(super) redirect: String,
    alg: Algorithm,
    issuer: String,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    pub(super) keys: KeyCache,
    believed: AtomicU32,
}

impl Party {
    /// One whose back end has a name of its own, and fetches the keys for the first time now.
    pub(super) async fn start(
        issuer: &str,
        clock: Arc<dyn Clock>,
        (id, redirect): (&'static str, &str),
        (alg, habit): (Algorithm, Habit),
    ) -> Self {
        install_crypto();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(format!("{id}/1.0"))
            .build()
            .unwrap();
        let url = format!("{issuer}/jwks");
        let keys = KeyCache::start(habit, url, http.clone(), Arc::clone(&clock));
        Self {
            id,
            redirect: redirect.to_owned(),
            alg,
            issuer: issuer.to_owned(),
            clock,
            keys: keys.await,
            http,
            believed: AtomicU32::new(0),
        }
    }

    /// How many tokens it has believed.
    pub(super) fn believed(&self) -> u32 {
        self.believed.load(Ordering::SeqCst)
    }

    /// An authorization request with PKCE, state and nonce.
    pub(super) fn begin(&self, more: &[(&str, &str)]) -> Begun {
        let (state, nonce, verifier) = (random(), random(), random());
        let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let mut url = url::Url::parse(&format!("{}/authorize", self.issuer)).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", self.id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(challenge))
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(more);
        Begun {
            url: url.into(),
            state,
            nonce,
            verifier,
        }
    }

    /// From the answer at the redirect_uri to tokens that are believed.
    pub(super) async fn finish(&self, begun: &Begun, answer: &Answer) -> Result<Tokens, Doubt> {
        assert_eq!(answer.get("state"), Some(begun.state.as_str()));
        let form = [
            ("grant_type", "authorization_code"),
            ("code", answer.code()),
            ("redirect_uri", self.redirect.as_str()),
            ("code_verifier", begun.verifier.as_str()),
        ];
        self.tokens(&form, Some(&begun.nonce)).await
    }

    /// A refresh, to tokens that are believed.
    pub(super) async fn refresh(&self, token: &str) -> Result<Tokens, Doubt> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.tokens(&form, None).await
    }

    async fn tokens(&self, form: &[(&str, &str)], nonce: Option<&str>) -> Result<Tokens, Doubt> {
        let request = self.http.post(format!("{}/token", self.issuer));
        let request = request.basic_auth(self.id, Some(SECRET)).form(form);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{}: {body}", self.id);
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let (id_token, access_token) = (text("id_token").unwrap(), text("access_token").unwrap());
        let claims = self.believes(&id_token, "JWT").await?;
        if claims.get("nonce").and_then(Value::as_str) != nonce {
            return Err(Doubt::Claim("nonce"));
        }
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, access_token.as_bytes());
        let (left, _) = hash.as_ref().split_at(16);
        if claims["at_hash"] != URL_SAFE_NO_PAD.encode(left) {
            return Err(Doubt::Claim("at_hash"));
        }
        Ok(Tokens {
            id_token,
            access_token,
            refresh_token: text("refresh_token"),
            claims,
        })
    }

    /// A logout token that came at the back channel.
    pub(super) async fn told(&self, token: &str) -> Result<Claims, Doubt> {
        let claims = self.believes(token, "logout+jwt").await?;
        if claims.contains_key("nonce") {
            return Err(Doubt::Claim("nonce"));
        }
        let events = claims["events"].as_object();
        if !events
            .is_some_and(|it| it.contains_key("http://schemas.openid.net/event/backchannel-logout"))
        {
            return Err(Doubt::Claim("events"));
        }
        Ok(claims)
    }

    /// What every token must have: a key that this relying party holds, the algorithm that it
    /// registered, issuer, audience, and a time that is not over by its own clock.
    async fn believes(&self, token: &str, kind: &str) -> Result<Claims, Doubt> {
        let header = decode_header(token).map_err(|error| Doubt::Wrong(error.to_string()))?;
        if header.typ.as_deref() != Some(kind) {
            return Err(Doubt::Claim("typ"));
        }
        let kid = header.kid.ok_or(Doubt::Claim("kid"))?;
        let key = self.keys.find(&kid).await.ok_or(Doubt::UnknownKey)?;
        let mut validation = Validation::new(self.alg);
        validation.set_audience(&[self.id]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // By the clock of the house instead.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(&key).map_err(|error| Doubt::Wrong(error.to_string()))?;
        let claims = decode::<Claims>(token, &key, &validation)
            .map_err(|error| Doubt::Wrong(error.to_string()))?
            .claims;
        let now = self.clock.now().as_seconds();
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        if time("exp").is_none_or(|exp| exp <= now) {
            return Err(Doubt::Claim("exp"));
        }
        if time("iat").is_none_or(|iat| iat > now) {
            return Err(Doubt::Claim("iat"));
        }
        self.believed.fetch_add(1, Ordering::SeqCst);
        Ok(claims)
    }

    /// What the house says of the person.
    pub(super) async fn userinfo(&self, access_token: &str) -> Claims {
        let request = self.http.get(format!("{}/userinfo", self.issuer));
        let answer = request.bearer_auth(access_token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}: {answer:?}", self.id);
        answer.json().await.unwrap()
    }
}

/// When a token ends, by its own claim.
pub(super) fn ends(claims: &Claims) -> Timestamp {
    Timestamp::from_seconds(claims["exp"].as_i64().unwrap())
}

fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    URL_SAFE_NO_PAD.encode(bytes)
}

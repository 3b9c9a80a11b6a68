//! From raw parameters to a checked request. The order is the rule: client first, then its
//! redirect_uri; only then is there an address that anything may be sent to.

use std::sync::Arc;

use super::Parts;
use super::cause::{DisplayedCause, RedirectedCause};
use super::flow::fits;
use super::prompt::Prompt;
use crate::clock::Timestamp;
use crate::domain::authorization::{PendingAuthorization, ResponseMode, SignInDemand};
use crate::domain::claims_request::{ClaimsRequest, ClaimsRequestError};
use crate::domain::client::{Client, Clients};
use crate::domain::grant_type::GrantType;
use crate::domain::id::{ClientId, FlowId, SubjectId};
use crate::domain::locale::Locale;
use crate::domain::params::{Parameters, ParametersError};
use crate::domain::pkce::CodeChallenge;
use crate::domain::scope::{Scope, Scopes};
use crate::protocol::ACR;

/// A redirect_uri that was proved to belong to the client, with the state that goes back
/// with every answer. Can be made in this file alone.
#[derive(Clone, Debug)]
pub struct ReturnAddress {
    client: Arc<Client>,
    redirect_uri: String,
    state: Option<String>,
    response_mode: ResponseMode,
}

impl ReturnAddress {
    /// Whose address it is.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The proved redirect_uri.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The state of the request.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// How answers get there, errors too.
    #[must_use]
    pub const fn response_mode(&self) -> ResponseMode {
        self.response_mode
    }

    /// Proves the address of a request that comes back from a cookie: the client may have
    /// been changed or removed meanwhile.
    pub(super) fn of_pending(pending: &PendingAuthorization, clients: &Clients) -> Option<Self> {
        let client = clients.find(&pending.client)?;
        client.admits_redirect(&pending.redirect_uri).then(|| Self {
            client,
            redirect_uri: pending.redirect_uri.clone(),
            state: pending.state.clone(),
            response_mode: pending.response_mode,
        })
    }

    fn prove(parameters: &Parameters, clients: &Clients) -> Result<Self, DisplayedCause> {
        let id = parameters
            .get("client_id")
            .ok_or(DisplayedCause::MissingClient)?;
        let client = clients
            .find(&ClientId::new(id))
            .ok_or(DisplayedCause::UnknownClient)?;
        crate::protocol::name_client_in_log(&client);
        let redirect_uri = parameters
            .get("redirect_uri")
            .ok_or(DisplayedCause::MissingRedirectUri)?;
        if !client.admits_redirect(redirect_uri) {
            return Err(DisplayedCause::UnregisteredRedirectUri);
        }
        Ok(Self {
            client,
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.get("state").map(str::to_owned),
            // An unknown mode is refused later, by the ordinary one.
            response_mode: parameters
                .get("response_mode")
                .and_then(ResponseMode::parse)
                .unwrap_or_default(),
        })
    }
}

/// A refusal, and where it goes: only with a [`ReturnAddress`], which proves that the
/// redirect_uri belongs to the client, can it be sent anywhere (RFC 6749 section 4.1.2.1).
#[derive(Debug)]
pub(super) enum Refusal {
    /// Shown to the person.
    Displayed(DisplayedCause),
    /// Sent to the client.
    Redirected(ReturnAddress, RedirectedCause),
}

/// Checks an authorization request; `encoded` is its query or form.
pub(super) fn check(
    parts: &Parts,
    encoded: &str,
    now: Timestamp,
) -> Result<(PendingAuthorization, ReturnAddress), Refusal> {
    let parameters =
        Parameters::parse(encoded).map_err(|error| unreadable(error, encoded, &parts.clients))?;
    let address = ReturnAddress::prove(&parameters, &parts.clients).map_err(Refusal::Displayed)?;
    match check_rest(parts, &parameters, &address, now) {
        Ok(pending) if fits(&pending) && address.has_room(&parts.issuer) => Ok((pending, address)),
        Ok(_) => Err(Refusal::Redirected(address, RedirectedCause::TooLarge)),
        Err(cause) => Err(Refusal::Redirected(address, cause)),
    }
}

/// Where client and redirect_uri stand there once each, the client is told; else the person.
fn unreadable(_error: ParametersError, encoded: &str, clients: &Clients) -> Refusal {
    let parameters = Parameters::parse_unambiguous(encoded);
    match ReturnAddress::prove(&parameters, clients) {
        Ok(address) => Refusal::Redirected(address, RedirectedCause::Parameters),
        Err(_) => Refusal::Displayed(DisplayedCause::Unreadable),
    }
}

fn check_rest(
    parts: &Parts,
    parameters: &Parameters,
    address: &ReturnAddress,
    now: Timestamp,
) -> Result<PendingAuthorization, RedirectedCause> {
    refuse_other_forms(parameters)?;
    let client = address.client();
    let mut scope =
        Scopes::parse(parameters.get("scope").unwrap_or_default()).intersection(&client.scope);
    if !client.may_use(GrantType::RefreshToken) {
        scope = scope.without(&[Scope::OfflineAccess]);
    }
    if !scope.contains(Scope::Openid) {
        return Err(RedirectedCause::Scope);
    }
    let asked = claims(parameters, client)?;
    Ok(PendingAuthorization {
        flow: FlowId::mint(parts.entropy.as_ref()),
        client: client.id.clone(),
        redirect_uri: address.redirect_uri().to_owned(),
        scope,
        state: address.state().map(str::to_owned),
        nonce: parameters.get("nonce").map(str::to_owned),
        code_challenge: challenge(parameters, client)?,
        demand: demand(parts, parameters, client, asked.subject, now)?,
        claims: asked.claims,
        response_mode: address.response_mode(),
        locale: parameters.get("ui_locales").and_then(Locale::of_ui_locales),
        started_at: now.as_millis(),
        attempt: None,
        travelled: false,
        question: None,
    })
}

/// What is not offered is refused by its own code, never ignored: a client that signed its
/// request must not believe that the signature was looked at.
fn refuse_other_forms(parameters: &Parameters) -> Result<(), RedirectedCause> {
    if parameters.get("request").is_some() {
        return Err(RedirectedCause::RequestObject);
    }
    if parameters.get("request_uri").is_some() {
        return Err(RedirectedCause::RequestUri);
    }
    if parameters.get("registration").is_some() {
        return Err(RedirectedCause::Registration);
    }
    match parameters.get("response_type") {
        None => return Err(RedirectedCause::MissingResponseType),
        Some("code") => {}
        Some(_) => return Err(RedirectedCause::ResponseType),
    }
    match parameters.get("response_mode") {
        Some(mode) if ResponseMode::parse(mode).is_none() => Err(RedirectedCause::ResponseMode),
        Some(_) | None => Ok(()),
    }
}

/// OIDC Core section 5.5. An essential `acr` that can't be given is a failed sign-in (section
/// 5.5.1.1), which is known before anybody is bothered: there is one way to sign in.
fn claims(parameters: &Parameters, client: &Client) -> Result<ClaimsRequest, RedirectedCause> {
    let Some(text) = parameters.get("claims") else {
        return Ok(ClaimsRequest::default());
    };
    let asked = ClaimsRequest::parse(text, &client.scope).map_err(|error| match error {
        ClaimsRequestError::TooLong | ClaimsRequestError::NotJson | ClaimsRequestError::Form => {
            RedirectedCause::Claims
        }
        ClaimsRequestError::Subjects => RedirectedCause::TwoSubjects,
    })?;
    match &asked.essential_acr {
        Some(values) if !values.iter().any(|value| value == ACR) => Err(RedirectedCause::Acr),
        Some(_) | None => Ok(asked),
    }
}

fn challenge(
    parameters: &Parameters,
    client: &Client,
) -> Result<Option<CodeChallenge>, RedirectedCause> {
    let method = parameters.get("code_challenge_method");
    match parameters.get("code_challenge") {
        Some(challenge) => CodeChallenge::parse(challenge, method)
            .map(Some)
            .map_err(|_| RedirectedCause::Challenge),
        None if client.require_pkce || client.is_public() => Err(RedirectedCause::MissingChallenge),
        None if method.is_some() => Err(RedirectedCause::Challenge),
        None => Ok(None),
    }
}

fn demand(
    parts: &Parts,
    parameters: &Parameters,
    client: &Client,
    named: Option<SubjectId>,
    now: Timestamp,
) -> Result<SignInDemand, RedirectedCause> {
    let prompt = Prompt::parse(parameters.get("prompt")).ok_or(RedirectedCause::Prompt)?;
    let max_age = match parameters.get("max_age") {
        // `parse` alone would take a plus sign.
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(text.parse::<u64>().map_err(|_| RedirectedCause::MaxAge)?)
        }
        Some(_) => return Err(RedirectedCause::MaxAge),
        None => client.default_max_age,
    };
    let subject = match (hinted_subject(parts, parameters, client, now)?, named) {
        (Some(hinted), Some(named)) if hinted != named => {
            return Err(RedirectedCause::TwoSubjects);
        }
        (hinted, named) => hinted.or(named),
    };
    Ok(SignInDemand {
        silent: prompt.silent,
        fresh: prompt.fresh,
        consent: prompt.consent,
        max_age,
        subject,
    })
}

fn hinted_subject(
    parts: &Parts,
    parameters: &Parameters,
    client: &Client,
    now: Timestamp,
) -> Result<Option<SubjectId>, RedirectedCause> {
    let Some(hint) = parameters.get("id_token_hint") else {
        return Ok(None);
    };
    let hint = parts
        .keyring
        .verify_own(parts.issuer.as_str(), hint)
        .map_err(|_| RedirectedCause::Hint)?;
    if hint.aud != client.id.as_str() {
        return Err(RedirectedCause::Hint);
    }
    parts.adoption.hinted(&client.id, &hint.kid, now);
    Ok(Some(SubjectId::new(hint.sub)))
}

//! The question for consent: who asks, what it would learn, and what that is of this person.
//! Language-neutral; the page puts it into words. It shows nothing of the request itself.

use super::Authorization;
use super::consent::Agreement;
use super::request::ReturnAddress;
use crate::domain::address::policy_source;
use crate::domain::authorization::PendingAuthorization;
use crate::domain::claims::{Claims, released_claims};
use crate::domain::client::Client;
use crate::domain::id::FlowId;
use crate::domain::identity::Subject;
use crate::domain::person_claim::ClaimSet;
use crate::domain::scope::{Scope, Scopes};

/// The question for a person.
#[derive(Debug)]
pub struct Question {
    /// The flow that goes on.
    pub flow: FlowId,
    /// The client's name.
    pub client_name: String,
    /// The host that the answer goes to; none where it is an application on a device.
    pub client_host: Option<String>,
    /// `logo_uri`
    pub logo: Option<Logo>,
    /// `policy_uri`
    pub policy_uri: Option<String>,
    /// `tos_uri`
    pub tos_uri: Option<String>,
    /// Who is asked.
    pub person: String,
    /// The upstream to sign in with again; none where the person chooses.
    pub upstream: Option<String>,
    /// Where the form may lead, as a source of a content security policy.
    pub source: String,
    /// What the client would learn.
    pub items: Vec<Item>,
    /// Whether something had been agreed to before.
    pub known: bool,
}

/// The picture of a client.
#[derive(Debug)]
pub struct Logo {
    /// Its address.
    pub uri: String,
    /// Its origin, as a source of a content security policy.
    pub source: String,
}

/// One thing that the client would learn.
#[derive(Debug)]
pub struct Item {
    /// What.
    pub scope: Scope,
    /// The claims, where they were asked for one by one; empty for the whole scope.
    pub claims: ClaimSet,
    /// What it is of this person, in short.
    pub values: Vec<String>,
    /// Whether it was not agreed to before.
    pub new: bool,
}

impl Authorization {
    pub(super) fn question(
        &self,
        pending: &PendingAuthorization,
        address: &ReturnAddress,
        subject: &Subject,
        agreement: &Agreement,
    ) -> Question {
        let client = address.client();
        let host = url::Url::parse(address.redirect_uri())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .and_then(|url| url.host_str().map(str::to_owned));
        let profile = &subject.profile;
        Question {
            flow: pending.flow.clone(),
            client_name: client.name.clone(),
            client_host: host,
            logo: client.logo_uri.as_ref().and_then(|uri| {
                let url = url::Url::parse(uri).ok()?;
                Some(Logo {
                    uri: uri.clone(),
                    source: policy_source(&url),
                })
            }),
            policy_uri: client.policy_uri.clone(),
            tos_uri: client.tos_uri.clone(),
            person: profile
                .name
                .clone()
                .unwrap_or_else(|| profile.userid.clone()),
            upstream: self.retry(pending).upstream.map(|id| id.to_string()),
            source: address.policy_source(),
            items: items(pending, client, subject, agreement),
            known: agreement.before.is_some(),
        }
    }
}

/// Everything that the client would learn, new or not: who agrees sees the whole of it.
fn items(
    pending: &PendingAuthorization,
    client: &Client,
    subject: &Subject,
    agreement: &Agreement,
) -> Vec<Item> {
    let named = pending.claims.all().beyond(&agreement.scope);
    let told = released_claims(subject, &agreement.scope, named, client);
    let nothing = Scopes::default();
    let before = agreement.before.as_ref();
    let scopes = before.map_or(&nothing, |consent| &consent.scope);
    let by_scope = agreement.scope.iter().map(|scope| Item {
        scope,
        claims: ClaimSet::default(),
        values: values(scope, &told),
        new: !scopes.contains(scope),
    });
    let by_name = Scope::ALL.into_iter().filter_map(|scope| {
        let claims: ClaimSet = named
            .iter()
            .filter(|claim| claim.scope() == scope)
            .collect();
        let known = before.is_some_and(|consent| consent.covers(&nothing, claims));
        (!claims.is_empty()).then(|| Item {
            scope,
            values: values(scope, &told),
            new: !known,
            claims,
        })
    });
    by_scope.chain(by_name).collect()
}

/// What helps a person to see what is meant. Somebody may look over the shoulder: of a phone
/// number the middle is not shown.
fn values(scope: Scope, told: &Claims) -> Vec<String> {
    let text = |name: &str| told.get(name).and_then(|value| value.as_str());
    let shown = match scope {
        Scope::Profile => [text("name"), text("nickname")],
        Scope::Email => [text("email"), None],
        Scope::Phone => {
            let number = text("phone_number").or_else(|| text("phone"));
            return number.map(masked).into_iter().collect();
        }
        Scope::Dingtalk => [text("title"), text("job_number")],
        Scope::Openid | Scope::Groups | Scope::OfflineAccess => [None, None],
    };
    shown.into_iter().flatten().map(str::to_owned).collect()
}

/// `+8613800000000` as `+86138****0000`.
fn masked(number: &str) -> String {
    let digits = number.chars().count();
    let hidden = (digits / 3)..digits.saturating_sub(4);
    number
        .chars()
        .enumerate()
        .map(|(at, digit)| if hidden.contains(&at) { '*' } else { digit })
        .collect()
}

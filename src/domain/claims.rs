//! Which claims a client gets of a person: a pure function of profile, scope and client.
//! Empty values are left out (OIDC Core section 5.3.2); value and flag of an address come
//! from one source (a verified flag applied to another document's e-mail is an old hole).

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::domain::client::Client;
use crate::domain::identity::{Profile, Subject};
use crate::domain::person_claim::{ClaimSet, PersonClaim};
use crate::domain::scope::{Scope, Scopes};

/// Claims by name.
pub type Claims = Map<String, Value>;

/// `acr` of every sign-in. DingTalk does not say how it signed the person in, so there is no
/// `amr`.
pub const ACR: &str = "urn:dingpass:acr:dingtalk";

/// Every claim of a person that a scope can bring, for the metadata.
pub const PERSON_CLAIMS: [&str; 18] = [
    "name",
    "nickname",
    "picture",
    "preferred_username",
    "updated_at",
    "locale",
    "zoneinfo",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "groups",
    "dingtalk_userid",
    "dingtalk_unionid",
    "dingtalk_corpid",
    "title",
    "job_number",
    "sub",
];

/// The claims of `subject` that `client` is given by `scope`, and by name beyond it (OIDC Core
/// section 5.5), without `sub`. An address that nobody verified never comes without the flag
/// that says so. What was asked for by name long ago counts as far as the client's own scope
/// still goes.
#[must_use]
pub fn released_claims(
    subject: &Subject,
    scope: &Scopes,
    named: ClaimSet,
    client: &Client,
) -> Claims {
    let beyond = named.within(&client.scope).beyond(scope);
    let mut claims = scope_claims(subject, scope, client);
    if beyond.is_empty() {
        return claims;
    }
    for (name, value) in scope_claims(subject, &beyond.scopes(), client) {
        let is_asked = PersonClaim::parse(&name).is_some_and(|claim| beyond.contains(claim));
        let is_a_warning = name == "email_verified"
            && value == Value::Bool(false)
            && beyond.contains(PersonClaim::Email);
        if is_asked || is_a_warning {
            claims.insert(name, value);
        }
    }
    claims
}

/// The claims that `scope` brings `client` of `subject`, without `sub`.
#[must_use]
pub fn scope_claims(subject: &Subject, scope: &Scopes, client: &Client) -> Claims {
    let profile = &subject.profile;
    let mut claims = Claims::new();
    if scope.contains(Scope::Profile) {
        put(&mut claims, "name", profile.name.as_deref());
        put(&mut claims, "nickname", profile.nickname.as_deref());
        put(&mut claims, "picture", profile.picture.as_deref());
        put(
            &mut claims,
            "preferred_username",
            profile.preferred_username.as_deref(),
        );
        put(&mut claims, "locale", profile.locale.as_deref());
        put(&mut claims, "zoneinfo", profile.zoneinfo.as_deref());
        claims.insert(
            "updated_at".into(),
            Timestamp::from_millis(subject.profile_changed_at)
                .as_seconds()
                .into(),
        );
        if client.username_claim {
            put(
                &mut claims,
                "username",
                profile.preferred_username.as_deref(),
            );
        }
    }
    if scope.contains(Scope::Email) {
        put_email(&mut claims, profile, client);
    }
    if scope.contains(Scope::Phone)
        && let Some(phone) = &profile.phone
    {
        put(&mut claims, "phone_number", Some(&phone.e164()));
        claims.insert("phone_number_verified".into(), (!profile.exclusive).into());
        if client.phone_claim {
            put(&mut claims, "phone", Some(&phone.customary()));
        }
    }
    if scope.contains(Scope::Groups) {
        let groups = groups(profile);
        if !groups.is_empty() {
            claims.insert("groups".into(), groups.into());
        }
    }
    if scope.contains(Scope::Dingtalk) {
        put(&mut claims, "dingtalk_userid", Some(&profile.userid));
        put(&mut claims, "dingtalk_unionid", Some(&profile.unionid));
        put(&mut claims, "dingtalk_corpid", Some(&profile.corp));
        put(&mut claims, "title", profile.title.as_deref());
        put(&mut claims, "job_number", profile.job_number.as_deref());
    }
    claims
}

/// The organisation's own address, verified; else, for a client that asked for it, whatever
/// address the directory has, which nobody verified: NocoBase takes over the account of any
/// address that it is given.
fn put_email(claims: &mut Claims, profile: &Profile, client: &Client) {
    let (address, verified) = match (&profile.org_email, &profile.other_email) {
        (Some(address), _) => (address, true),
        (None, Some(address)) if client.release_unverified_email => (address, false),
        (None, _) => return,
    };
    put(claims, "email", Some(address));
    claims.insert("email_verified".into(), verified.into());
}

/// Departments and roles by their numbers, which stay when names change.
fn groups(profile: &Profile) -> Vec<String> {
    let departments = profile.departments.iter().map(|id| format!("dept:{id}"));
    let roles = profile.roles.iter().map(|id| format!("role:{id}"));
    departments.chain(roles).collect()
}

fn put(claims: &mut Claims, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        claims.insert(name.into(), value.into());
    }
}

//! The `claims` parameter (OIDC Core section 5.5): claims asked for one by one, for UserInfo
//! and for the ID Token. It is untrusted JSON of a browser: its size and depth are bounded,
//! and what is kept of it is a set of known names. That a claim is essential changes nothing
//! for most of them, since what is known is always given (section 5.5.1); `sub` and `acr`
//! are the two whose values are demands.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::id::SubjectId;
use crate::domain::person_claim::{ClaimSet, PersonClaim};
use crate::domain::scope::Scopes;

/// The longest parameter, in bytes. One that asks for everything has a tenth of it.
const LONGEST: usize = 8 * 1024;

/// What is remembered of a request: from the request over the code to the grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedClaims {
    /// `userinfo`
    #[serde(default, rename = "u", skip_serializing_if = "ClaimSet::is_empty")]
    pub userinfo: ClaimSet,
    /// `id_token`
    #[serde(default, rename = "i", skip_serializing_if = "ClaimSet::is_empty")]
    pub id_token: ClaimSet,
}

impl RequestedClaims {
    /// Whether nothing was asked for by name.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Those that one of `scope` brings.
    #[must_use]
    pub fn within(&self, scope: &Scopes) -> Self {
        Self {
            userinfo: self.userinfo.within(scope),
            id_token: self.id_token.within(scope),
        }
    }

    /// All that was asked for, wherever it is to stand.
    #[must_use]
    pub fn all(&self) -> ClaimSet {
        self.userinfo.union(self.id_token)
    }
}

/// A parameter that was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// The claims about a person.
    pub claims: RequestedClaims,
    /// The person whom a value of `sub` names: nobody else may be signed in for it
    /// (section 5.5.1, and 3.1.2.2 as with `id_token_hint`).
    pub subject: Option<SubjectId>,
    /// The only values of `acr` that will do, where it is essential (section 5.5.1.1).
    pub essential_acr: Option<Vec<String>>,
}

/// Why a parameter can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsRequestError {
    /// Longer than any honest one.
    #[error("it is too long")]
    TooLong,
    /// Not JSON, or nested too deep.
    #[error("it is not JSON")]
    NotJson,
    /// Not of the form that the specification gives it.
    #[error("it is not of the form of OpenID Connect Core section 5.5")]
    Form,
    /// Two people are named.
    #[error("it names more than one subject")]
    Subjects,
}

impl ClaimsRequest {
    /// Parses the parameter. Claims of scopes beyond `allowed` and unknown ones are left out.
    ///
    /// # Errors
    /// [`ClaimsRequestError`]
    pub fn parse(text: &str, allowed: &Scopes) -> Result<Self, ClaimsRequestError> {
        if text.len() > LONGEST {
            return Err(ClaimsRequestError::TooLong);
        }
        // The parser gives up 128 levels down, long before the stack ends.
        let json: Value = serde_json::from_str(text).map_err(|_| ClaimsRequestError::NotJson)?;
        let Value::Object(members) = json else {
            return Err(ClaimsRequestError::Form);
        };
        let userinfo = member(&members, "userinfo")?;
        let id_token = member(&members, "id_token")?;
        let essential_acr = match id_token.and_then(|asked| asked.get("acr")) {
            Some(acr) => essential_values(acr)?,
            None => None,
        };
        Ok(Self {
            subject: subject([userinfo, id_token])?,
            essential_acr,
            claims: RequestedClaims {
                userinfo: known(userinfo, allowed)?,
                id_token: known(id_token, allowed)?,
            },
        })
    }
}

/// `userinfo` or `id_token`; `null` is what some libraries write for a member that they
/// don't use.
fn member<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, ClaimsRequestError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(asked)) => Ok(Some(asked)),
        Some(_) => Err(ClaimsRequestError::Form),
    }
}

fn known(
    asked: Option<&Map<String, Value>>,
    allowed: &Scopes,
) -> Result<ClaimSet, ClaimsRequestError> {
    let mut claims = Vec::new();
    for (name, how) in asked.into_iter().flatten() {
        let Some(claim) = PersonClaim::parse(name) else {
            continue;
        };
        how_asked(how)?;
        if allowed.contains(claim.scope()) {
            claims.push(claim);
        }
    }
    Ok(claims.into_iter().collect())
}

/// What stands beside a claim's name.
struct HowAsked<'a> {
    essential: bool,
    value: Option<&'a Value>,
    values: Option<&'a Vec<Value>>,
}

/// `null`, or an object whose unknown members are ignored (section 5.5.1).
fn how_asked(how: &Value) -> Result<HowAsked<'_>, ClaimsRequestError> {
    let how = match how {
        Value::Null => {
            return Ok(HowAsked {
                essential: false,
                value: None,
                values: None,
            });
        }
        Value::Object(how) => how,
        _ => return Err(ClaimsRequestError::Form),
    };
    let essential = match how.get("essential") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(essential)) => *essential,
        Some(_) => return Err(ClaimsRequestError::Form),
    };
    let values = match how.get("values") {
        None | Some(Value::Null) => None,
        Some(Value::Array(values)) => Some(values),
        Some(_) => return Err(ClaimsRequestError::Form),
    };
    Ok(HowAsked {
        essential,
        value: how.get("value").filter(|value| !value.is_null()),
        values,
    })
}

/// The one person whom a value of `sub` names, in either member.
fn subject(
    members: [Option<&Map<String, Value>>; 2],
) -> Result<Option<SubjectId>, ClaimsRequestError> {
    let mut named: Option<&str> = None;
    for sub in members.into_iter().flatten().filter_map(|it| it.get("sub")) {
        let how = how_asked(sub)?;
        for value in how
            .value
            .into_iter()
            .chain(how.values.into_iter().flatten())
        {
            let value = value.as_str().ok_or(ClaimsRequestError::Form)?;
            if named.is_some_and(|known| known != value) {
                return Err(ClaimsRequestError::Subjects);
            }
            named = Some(value);
        }
    }
    Ok(named.map(SubjectId::new))
}

/// The values of which one must be met; nothing where any will do.
fn essential_values(acr: &Value) -> Result<Option<Vec<String>>, ClaimsRequestError> {
    let how = how_asked(acr)?;
    let mut values = Vec::new();
    for value in how
        .value
        .into_iter()
        .chain(how.values.into_iter().flatten())
    {
        values.push(value.as_str().ok_or(ClaimsRequestError::Form)?.to_owned());
    }
    Ok((how.essential && !values.is_empty()).then_some(values))
}

//! What a person agreed that a client learns (OIDC Core section 3.1.2.4). One record for
//! each person and client: what is agreed to adds up, until it is taken back as a whole.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ClientId, SubjectId};
use crate::domain::person_claim::ClaimSet;
use crate::domain::scope::Scopes;

/// A consent as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who agreed.
    pub subject: SubjectId,
    /// Which client learns of them.
    pub client: ClientId,
    /// The scopes.
    pub scope: Scopes,
    /// Claims that were asked for one by one.
    #[serde(default)]
    pub claims: ClaimSet,
    /// Since when there is a consent, in milliseconds.
    pub since: i64,
}

impl Consent {
    /// Whether it covers those scopes and those claims. A scope covers its claims.
    #[must_use]
    pub fn covers(&self, scope: &Scopes, claims: ClaimSet) -> bool {
        scope.is_within(&self.scope)
            && claims
                .beyond(&self.scope)
                .iter()
                .all(|claim| self.claims.contains(claim))
    }

    /// This consent and more.
    #[must_use]
    pub fn and(&self, scope: &Scopes, claims: ClaimSet) -> Self {
        Self {
            subject: self.subject.clone(),
            client: self.client.clone(),
            scope: self.scope.union(scope),
            claims: self.claims.union(claims),
            since: self.since,
        }
    }
}

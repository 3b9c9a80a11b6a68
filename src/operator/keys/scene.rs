//! Everything that an answer is made from, at one moment: the keys, the rules, the clients and
//! what is known of them.

use std::time::Duration;

use super::known::Known;
use super::{SetName, Standing};
use crate::clock::Timestamp;
use crate::domain::client::{Client, Clients};
use crate::domain::grant_type::GrantType;
use crate::domain::readiness::FetchSeen;
use crate::keyring::Snapshot;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};
use crate::keyring::rotation::{self, Policy, Roles};

/// The keys, the rules, the clients.
pub(super) struct Scene<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) policy: &'a Policy,
    pub(super) clients: &'a Clients,
    pub(super) known: &'a Known,
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    /// The keys.
    pub(super) const fn keys(&self) -> &KeySet {
        &self.snapshot.keys
    }

    /// Who signs for whom.
    pub(super) fn roles(&self) -> Roles {
        rotation::roles(self.keys(), self.now)
    }

    /// The clients whose tokens are signed by that set, in the order of their ids.
    pub(super) fn clients_of(&self, key_use: KeyUse) -> Vec<&Client> {
        let mut clients: Vec<&Client> = self
            .clients
            .iter()
            .map(AsRef::as_ref)
            .filter(|client| gets_signed_tokens(client))
            .filter(|client| KeyUse::Sign(client.id_token_signed_response_alg) == key_use)
            .collect();
        clients.sort_by(|left, right| left.id.cmp(&right.id));
        clients
    }

    /// The clients of a set that are known to lack a key, and would meet it: those that are
    /// pinned to another one don't.
    pub(super) fn lacking(&self, key_use: KeyUse, kid: &str) -> Vec<&Client> {
        let roles = self.roles();
        let mut clients = self.clients_of(key_use);
        clients.retain(|client| !roles.pinned.contains_key(&client.id));
        clients.retain(|client| self.standing(client, Some(kid)) == Standing::Stale);
        clients
    }

    /// The clients for which the next key of a set is held back where the policy is to wait:
    /// those that lack it. Anybody could have asked at an alias before the key was there. So
    /// for a client that is known by that alone nothing waits without an end: once the key was
    /// published for twice as long as it must be, it goes on.
    pub(super) fn holding(&self, next: &Key) -> Vec<&Client> {
        let is_long_there = next.served >= self.policy.wait_of(next).saturating_mul(2);
        let mut clients = self.lacking(next.key_use, &next.kid);
        clients.retain(|client| {
            let seen = self.known.of(&client.id).and_then(|known| known.seen);
            seen == Some(FetchSeen::Address) || !is_long_there
        });
        clients
    }

    /// Whether a client has a key.
    pub(super) fn standing(&self, client: &Client, kid: Option<&str>) -> Standing {
        self.known.standing(client, kid, self.now)
    }

    /// The sets that are in use or of which there are still keys, in a fixed order.
    pub(super) fn sets(&self) -> Vec<SetName> {
        let is_there = |set: &SetName| {
            self.policy.uses.contains(&set.0)
                || self.keys().keys.iter().any(|key| {
                    key.key_use == set.0
                        && match key.state {
                            KeyState::Next | KeyState::Active | KeyState::Retired => true,
                            KeyState::Withdrawn | KeyState::Revoked => false,
                        }
                })
        };
        SetName::ALL.into_iter().filter(is_there).collect()
    }
}

/// Whether anything that a client gets is signed: what a machine gets is not.
fn gets_signed_tokens(client: &Client) -> bool {
    client.may_use(GrantType::AuthorizationCode)
        || client.may_use(GrantType::RefreshToken)
        || client.backchannel_logout.is_some()
}

/// Milliseconds, as answers have them.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

//! Times that can't be, put right before anybody reckons with them: those that lie ahead, and
//! those that a list lacks.

use super::Policy;
use crate::clock::Timestamp;
use crate::keyring::model::{Key, KeyState};

/// A clock that went back leaves times that lie ahead; what waits for them would wait for ever.
pub(super) fn bring_down(key: &mut Key, now: Timestamp) {
    key.created_at = key.created_at.min(now);
    for time in [
        &mut key.published_at,
        &mut key.activated_at,
        &mut key.retired_at,
        &mut key.withdrawn_at,
        &mut key.revoked_at,
    ] {
        *time = time.map(|time| time.min(now));
    }
}

/// A list that was written by hand (or by an earlier version) may lack times. Of a retired key
/// without the moment of its retirement we must suppose that it signed until now.
pub(super) fn fill_in(key: &mut Key, policy: &Policy, now: Timestamp) {
    let created_at = key.created_at;
    match key.state {
        KeyState::Next => {
            key.published_at.get_or_insert(now);
        }
        KeyState::Active => {
            key.published_at.get_or_insert(created_at);
            key.activated_at.get_or_insert(created_at);
        }
        KeyState::Retired => {
            key.published_at.get_or_insert(created_at);
            if key.retired_at.is_none() {
                key.activated_at.get_or_insert(created_at);
                key.retired_at = Some(now);
                policy.still_signs(key);
            } else if key.signs_for.is_zero() && key.activated_at.is_some() {
                key.signs_for = policy.life(key.key_use);
            }
        }
        KeyState::Withdrawn => {
            key.withdrawn_at.get_or_insert(now);
        }
        KeyState::Revoked => {
            key.revoked_at.get_or_insert(now);
        }
    }
}

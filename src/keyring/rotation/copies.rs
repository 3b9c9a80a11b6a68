//! How long copies of the published keys live that are out there (RFC 9111 section 4.2: a copy
//! is fresh for the max-age that it was served with, whatever was served to others since).
//!
//! Who lowers `jwks_max_age` takes no copy back. So the keys remember the longest life that any
//! copy may still have, in served time, and each next key what that was when it was published:
//! a copy that lacks it was fetched before, and is too old when that time has been served.
//!
//! What must never happen here: it counts down by time in which no server was there, or that a
//! clock jumped over. A value that is read too long (it is written now and then) only makes a
//! key wait for longer.

use std::time::Duration;

use super::Policy;
use crate::keyring::model::{Key, KeySet, KeyState, KeyUse};

/// Counts on at a look, after `served` more. Copies were handed out until this very moment,
/// with the max-age of before, and are from now on, with the policy's.
pub(super) fn count(keys: &mut KeySet, policy: &Policy, served: Duration) {
    let handed_out = keys.handed_out.max(policy.jwks_max_age);
    keys.copies_live = keys.copies_live.saturating_sub(served).max(handed_out);
    keys.handed_out = policy.jwks_max_age;
}

/// A key whose publication is not counted yet waits for all copies that there are: they lack it.
pub(super) fn outlive(key: &mut Key, copies_live: Duration) {
    let is_new = key.state == KeyState::Next && key.served.is_zero();
    match key.key_use {
        KeyUse::Sign(_) if is_new => key.copies_live = key.copies_live.max(copies_live),
        KeyUse::Sign(_) | KeyUse::Seal => {}
    }
}

//! Authorisation codes and access tokens: what was issued, to whom, and until when.

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Timestamp;

const CODE_LIFE: Duration = Duration::from_secs(5 * 60);
/// How long an access token lives, in seconds: what the answers state.
pub(super) const ACCESS_SECONDS: u32 = 7200;
const ACCESS_LIFE: Duration = Duration::from_secs(ACCESS_SECONDS as u64);
const REFRESH_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// An expired token is remembered this long, so that it is told from one that never existed.
const MEMORY: Duration = Duration::from_secs(24 * 3600);

/// What a person granted an app by signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) unionid: String,
    /// The organisation the person picked; only when the scope asked for one.
    pub(super) corp_id: Option<String>,
}

/// Whom an access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bearer {
    /// An app in an organisation: its own, or for a third-party app a customer.
    App { client_id: String, corp_id: String },
    /// A person who signed in.
    User(Grant),
    /// A third-party app as such, in no organisation.
    Suite,
    /// The administration console of this organisation.
    Console(String),
}

/// What is known of an access token.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// Never issued, or revoked.
    Nothing,
    /// Issued, and no longer valid.
    Expired,
    /// Valid, and whose it is.
    Valid(Bearer),
}

/// A pair of tokens for a user.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
}

/// Everything issued.
#[derive(Default)]
pub(super) struct Tokens {
    codes: HashMap<String, (Grant, Timestamp)>,
    access: HashMap<String, (Bearer, Timestamp)>,
    refresh: HashMap<String, (Grant, Timestamp)>,
}

impl Tokens {
    /// Issues `code` for a grant.
    pub(super) fn issue_code(&mut self, code: String, grant: Grant, now: Timestamp) {
        self.codes.retain(|_, (_, until)| now < *until);
        self.codes.insert(code, (grant, now.plus(CODE_LIFE)));
    }

    /// Redeems a code of this app. Whatever comes of it, the code is spent; but a code that
    /// another app received stays good, or a stranger could spend it.
    pub(super) fn redeem(&mut self, code: &str, client_id: &str, now: Timestamp) -> Option<Grant> {
        if self.codes.get(code)?.0.client_id != client_id {
            return None;
        }
        let (grant, until) = self.codes.remove(code)?;
        (now < until).then_some(grant)
    }

    /// Trades a refresh token of this app; it is spent by that.
    pub(super) fn refresh(
        &mut self,
        token: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Option<Grant> {
        if self.refresh.get(token)?.0.client_id != client_id {
            return None;
        }
        let (grant, until) = self.refresh.remove(token)?;
        (now < until).then_some(grant)
    }

    /// Records a fresh pair of user tokens.
    pub(super) fn issue_user(&mut self, pair: &Pair, grant: Grant, now: Timestamp) {
        self.forget(now);
        self.refresh.insert(
            pair.refresh.clone(),
            (grant.clone(), now.plus(REFRESH_LIFE)),
        );
        self.access.insert(
            pair.access.clone(),
            (Bearer::User(grant), now.plus(ACCESS_LIFE)),
        );
    }

    /// The bearer's token: the one that is still valid, extended, or else `fresh`.
    pub(super) fn renew(&mut self, bearer: Bearer, fresh: String, now: Timestamp) -> String {
        self.forget(now);
        let until = now.plus(ACCESS_LIFE);
        for (token, (owner, valid_until)) in &mut self.access {
            if *owner == bearer && now < *valid_until {
                *valid_until = until;
                return token.clone();
            }
        }
        self.access.insert(fresh.clone(), (bearer, until));
        fresh
    }

    /// Records a token that is a new one at every call.
    pub(super) fn issue(&mut self, token: String, bearer: Bearer, seconds: u32, now: Timestamp) {
        self.forget(now);
        let until = now.plus(Duration::from_secs(u64::from(seconds)));
        self.access.insert(token, (bearer, until));
    }

    /// What is known of an access token at this moment.
    pub(super) fn look_up(&self, token: &str, now: Timestamp) -> Known {
        match self.access.get(token) {
            None => Known::Nothing,
            Some((_, until)) if *until <= now => Known::Expired,
            Some((bearer, _)) => Known::Valid(bearer.clone()),
        }
    }

    /// Lets every access and refresh token expire now; returns how many were still valid.
    pub(super) fn expire(&mut self, now: Timestamp) -> usize {
        let access = self.access.values_mut().map(|(_, until)| until);
        let refresh = self.refresh.values_mut().map(|(_, until)| until);
        access
            .chain(refresh)
            .filter(|until| now < **until)
            .map(|until| *until = now)
            .count()
    }

    /// Forgets every code and token, as if none had been issued; returns how many there were.
    pub(super) fn revoke(&mut self) -> usize {
        let count = self.codes.len() + self.access.len() + self.refresh.len();
        *self = Self::default();
        count
    }

    fn forget(&mut self, now: Timestamp) {
        self.access.retain(|_, (_, until)| now < until.plus(MEMORY));
        self.refresh
            .retain(|_, (_, until)| now < until.plus(MEMORY));
    }
}

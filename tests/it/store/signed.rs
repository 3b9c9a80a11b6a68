//! What tests of `SignedBy` have in common: sessions and grants whose ID Tokens certain keys
//! signed, and what is left of them.

use std::collections::BTreeSet;

use dingpass::domain::event::EventKind;
use dingpass::domain::family::RefreshFamily;
use dingpass::domain::grant::Bond;
use dingpass::domain::id::{ClientId, FamilyId, GrantId};
use dingpass::domain::secret::Digest;
use dingpass::domain::session::Session;
use dingpass::store::{
    EndSignedBy, EndedBatch, Redeemed, Redemption, SignedCount, SignedCursor, Store,
};

use super::acts::{at, granted, issue, replayed, sign_in, signed_in};
use super::families::{exchange, lifetimes};
use crate::support::end_all_signed_by;

/// A grant that is to be made.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) client: String,
    pub(super) kid: String,
    /// With refresh tokens, the first of which is `<name>-0`.
    pub(super) is_refreshed: bool,
    pub(super) bond: Bond,
    pub(super) seconds: u64,
}

/// A grant of the client `demo` without refresh tokens, two seconds in.
pub(super) fn plan(name: &str, kid: &str) -> Plan {
    Plan {
        name: name.to_owned(),
        client: "demo".to_owned(),
        kid: kid.to_owned(),
        is_refreshed: false,
        bond: Bond::Session,
        seconds: 2,
    }
}

impl Plan {
    pub(super) fn of_client(mut self, client: &str) -> Self {
        self.client = client.to_owned();
        self
    }

    pub(super) const fn refreshed(mut self, bond: Bond) -> Self {
        self.is_refreshed = true;
        self.bond = bond;
        self
    }

    pub(super) const fn at(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    /// Issues a code in that session and redeems it.
    pub(super) async fn redeem(&self, store: &dyn Store, session: &Session) -> Redeemed {
        let client = ClientId::new(self.client.as_str());
        let mut code = issue(session, &self.name, self.seconds);
        code.code.client = client.clone();
        let _ = store.issue_code(code).await.unwrap();
        let mut act = granted(session, &self.name, self.seconds);
        if let Redemption::Granted {
            grant,
            family,
            event,
        } = &mut act
        {
            grant.client = client.clone();
            grant.id_token_kid.clone_from(&self.kid);
            grant.bond = self.bond;
            if self.is_refreshed {
                let new = self.family(session);
                grant.family = Some(new.id.clone());
                *family = Some(Box::new(new));
            }
            if let EventKind::CodeRedeemed { client: told, .. } = &mut event.kind {
                *told = client.clone();
            }
        }
        let replayed = replayed(session, self.seconds);
        let now = at(self.seconds);
        store
            .redeem_code(Digest::of(&self.name), client, act, replayed, now)
            .await
            .unwrap()
    }

    /// The same where it must go well.
    pub(super) async fn make(&self, store: &dyn Store, session: &Session) {
        assert_eq!(self.redeem(store, session).await, Redeemed::Fresh);
    }

    fn family(&self, session: &Session) -> RefreshFamily {
        let now = at(self.seconds).as_millis();
        let mut family = RefreshFamily {
            id: FamilyId::new(self.name.as_str()),
            grant: GrantId::new(self.name.as_str()),
            client: ClientId::new(self.client.as_str()),
            subject: session.subject.clone(),
            sid: session.sid.clone(),
            bond: self.bond,
            created_at: now,
            rotated_at: now,
            current: Digest::of(&format!("{}-0", self.name)),
            previous: None,
            keep_until: 0,
            look_at: 0,
        };
        family.keep_until = family.ends(&lifetimes()).as_millis();
        family.look_at = family.keep_until;
        family
    }
}

/// Somebody's session, under a cookie of their name.
pub(super) async fn session_of(store: &dyn Store, person: &str) -> Session {
    signed_in(store, sign_in(person, person, 0)).await.0
}

/// An exchange of a grant's first refresh token for one with an ID Token of another key.
pub(super) async fn refresh(
    store: &dyn Store,
    session: &Session,
    plan: &Plan,
    kid: &str,
) -> String {
    let first = format!("{}-0", plan.name);
    let next = format!("{}-1", plan.name);
    let mut act = exchange(session, &plan.name, &first, &next, plan.seconds + 1);
    act.client = ClientId::new(plan.client.as_str());
    act.id_token_kid = Some(kid.to_owned());
    super::families::rotate(store, act).await
}

/// The end of what `kid` signed, told to `clients`.
pub(super) fn ending(kid: &str, clients: &[&str], seconds: u64) -> EndSignedBy {
    EndSignedBy {
        kid: kid.to_owned(),
        from: SignedCursor::default(),
        to_tell: clients.iter().map(|id| ClientId::new(*id)).collect(),
        correlation: "a-revocation".to_owned(),
        now: at(seconds),
    }
}

pub(super) async fn end_all(store: &dyn Store, act: EndSignedBy) -> EndedBatch {
    end_all_signed_by(store, act).await
}

pub(super) async fn count(store: &dyn Store, kid: &str) -> SignedCount {
    store.count_signed_by(kid, at(0)).await.unwrap()
}

/// Whom the deliveries that are due are for, and about which session.
pub(super) async fn to_be_told(store: &dyn Store) -> BTreeSet<(String, String)> {
    let due = store.due_deliveries(at(1_000_000), 100_000).await.unwrap();
    let pairs = due.due.into_iter();
    pairs
        .map(|it| (it.client.as_str().to_owned(), it.sid.as_str().to_owned()))
        .collect()
}

/// Whether a grant is revoked; none where it is not there.
pub(super) async fn is_revoked(store: &dyn Store, grant: &str) -> Option<bool> {
    let found = store.find_grant(&GrantId::new(grant)).await.unwrap();
    found.map(|found| found.grant.revoked_at.is_some())
}

/// Whether a session was ended.
pub(super) async fn is_ended(store: &dyn Store, cookie: &str) -> bool {
    let found = store.find_session(&Digest::of(cookie)).await.unwrap();
    found.unwrap().0.ended_at.is_some()
}

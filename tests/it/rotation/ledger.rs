//! What went well, and which tokens are still out. One doubt ends the soak.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;

use dingpass::clock::Timestamp;
use jsonwebtoken::decode_header;

use super::party::{Doubt, Tokens, ends};

/// What all workers write into.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    done: BTreeMap<(&'static str, &'static str), u32>,
    out: VecDeque<(Timestamp, String)>,
    crossed: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Ledger {
    /// An operation of a relying party that ended well.
    pub(super) fn note<T>(
        &self,
        party: &'static str,
        what: &'static str,
        result: Result<T, Doubt>,
    ) -> T {
        let value = result.unwrap_or_else(|doubt| panic!("{party}, {what}: {doubt:?}"));
        let mut entries = self.0.lock().unwrap();
        *entries.done.entry((party, what)).or_default() += 1;
        value
    }

    /// An ID Token is out until its time is over.
    pub(super) fn is_out(&self, tokens: &Tokens) {
        let kid = decode_header(&tokens.id_token).unwrap().kid.unwrap();
        let out = (ends(&tokens.claims), kid);
        self.0.lock().unwrap().out.push_back(out);
    }

    /// The names of the keys that signed ID Tokens whose time is not over.
    pub(super) fn kids_out(&self, now: Timestamp) -> BTreeSet<String> {
        let out = &mut self.0.lock().unwrap().out;
        out.retain(|(ends, _)| *ends > now);
        out.iter().map(|(_, kid)| kid.clone()).collect()
    }

    /// Something that was sealed with one key was opened when another one sealed already.
    pub(super) fn crossed(&self, what: &'static str, sealed_by: &str) {
        let mut entries = self.0.lock().unwrap();
        let seen = entries.crossed.entry(what).or_default();
        seen.insert(sealed_by.to_owned());
    }

    /// Under how many keys such a thing was sealed that was opened after its turn.
    pub(super) fn keys_crossed(&self, what: &'static str) -> usize {
        let entries = self.0.lock().unwrap();
        entries.crossed.get(what).map_or(0, BTreeSet::len)
    }

    /// How often that went well.
    pub(super) fn count(&self, party: &'static str, what: &'static str) -> u32 {
        let entries = self.0.lock().unwrap();
        entries.done.get(&(party, what)).copied().unwrap_or(0)
    }
}

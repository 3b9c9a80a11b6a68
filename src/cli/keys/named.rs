//! Which key an operator means: its whole name, or a beginning that names one alone.

use anyhow::{Context as _, bail};

use super::desk::Desk;
use super::words::ShortKids;
use crate::operator::keys::SetName;

/// So many characters of a beginning at least: fewer are a slip.
const FEWEST: usize = 4;

/// So many candidates are named at most.
const NAMED: usize = 8;

/// The key that is meant: its whole name, and its set.
pub(super) async fn key(desk: &Desk<'_>, written: &str) -> anyhow::Result<(String, SetName)> {
    let keys = desk.list().await?.keys;
    let kids: Vec<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
    let kid = resolve(written, &kids)?;
    keys.iter()
        .find(|key| key.kid == kid)
        .map(|key| (key.kid.clone(), key.algorithm))
        .context("the key is gone")
}

fn resolve<'k>(written: &str, kids: &[&'k str]) -> anyhow::Result<&'k str> {
    if let Some(whole) = kids.iter().find(|kid| **kid == written) {
        return Ok(whole);
    }
    if written.chars().count() < FEWEST {
        bail!("write {FEWEST} characters of the kid or more; dingpass keys list shows the keys");
    }
    let meant: Vec<&str> = kids
        .iter()
        .copied()
        .filter(|kid| kid.starts_with(written))
        .collect();
    match meant.as_slice() {
        [] => bail!("no key's name begins so; dingpass keys list shows the keys"),
        [kid] => Ok(kid),
        several => {
            let short = ShortKids::of(kids.iter().copied());
            let mut named: Vec<String> = several
                .iter()
                .take(NAMED)
                .map(|kid| short.show(kid))
                .collect();
            if several.len() > NAMED {
                named.push("...".to_owned());
            }
            bail!(
                "several keys begin so, {}; write more of it",
                named.join(", ")
            )
        }
    }
}

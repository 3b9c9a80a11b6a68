//! Which key an operator means: its whole name, or a beginning that names one alone.

use anyhow::bail;

use super::desk::Desk;
use super::words::ShortKids;

/// So many characters of a beginning at least: fewer are a slip.
const FEWEST: usize = 4;

/// So many candidates are named at most.
const NAMED: usize = 8;

/// The whole name of the key that is meant.
pub(super) async fn kid(desk: &Desk<'_>, written: &str) -> anyhow::Result<String> {
    let list = desk.list().await?;
    let kids: Vec<&str> = list.keys.iter().map(|key| key.kid.as_str()).collect();
    resolve(written, &kids)
}

fn resolve(written: &str, kids: &[&str]) -> anyhow::Result<String> {
    if kids.contains(&written) {
        return Ok(written.to_owned());
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
        [kid] => Ok((*kid).to_owned()),
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

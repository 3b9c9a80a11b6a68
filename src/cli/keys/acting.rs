//! Acts that change keys. What breaks something is asked for twice: first what would break,
//! which a person sees and agrees to, then the act, on the condition that the keys are still
//! those that were shown.

use anyhow::Context as _;

use super::desk::{Desk, Refused};
use super::moments::Wall;
use super::options::Changing;
use super::{json, plan, terminal};
use crate::cli::say;
use crate::cli::table::printable;
use crate::domain::id::ClientId;
use crate::operator::keys::{Done, KeyQuestion, KeyRequest, Planned, RefusalCause, SetName};

/// Does what is asked, after a question where something breaks. What is shown of what comes is
/// about `set`, if it is said.
pub(super) async fn act(
    desk: &Desk<'_>,
    ask: KeyQuestion,
    set: Option<SetName>,
    changing: &Changing,
) -> anyhow::Result<()> {
    let is_grave = is_grave(&ask);
    let pinning = Pinning::of(&ask);
    let request = KeyRequest::new(ask);
    if changing.dry_run {
        let planned = desk.plan(request).await?;
        return show_plan(&planned, set, changing.json);
    }
    if !is_grave {
        match desk.perform(&request).await {
            // It breaks something after all: the rest of the way is the same.
            Err(error) if needs_confirmation(&error) => {}
            done => return show(&done?, set, pinning.as_ref(), changing.json),
        }
    }
    let planned = desk.plan(request.clone()).await?;
    if planned.breaks {
        // On the way to a person, also where the outcome goes to a script.
        say::wrong(&plan::planned(&planned, set));
        terminal::confirm(changing.yes, "something breaks").await?;
    }
    let done = desk.perform(&request.expecting(planned.generation)).await?;
    show(&done, set, pinning.as_ref(), changing.json)
}

/// Whether what it breaks is shown first. What is not said here is done at once, unless the
/// office finds that it breaks something.
const fn is_grave(ask: &KeyQuestion) -> bool {
    match ask {
        KeyQuestion::Rotate { now, .. } | KeyQuestion::Promote { now, .. } => *now,
        KeyQuestion::Revoke { .. } => true,
        KeyQuestion::List
        | KeyQuestion::Status
        | KeyQuestion::Generate { .. }
        | KeyQuestion::Retire { .. }
        | KeyQuestion::Import { .. }
        | KeyQuestion::Export { .. }
        | KeyQuestion::Rewrite { .. }
        | KeyQuestion::Pin { .. }
        | KeyQuestion::Unpin { .. } => false,
    }
}

pub(super) fn needs_confirmation(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Refused>()
        .is_some_and(|refused| refused.0.cause == RefusalCause::NeedsConfirmation)
}

fn show_plan(planned: &Planned, set: Option<SetName>, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return json::show(planned);
    }
    say::out(&plan::planned(planned, set))?;
    say::wrong("Nothing was done: this was a dry run.");
    Ok(())
}

fn show(
    done: &Done,
    set: Option<SetName>,
    pinning: Option<&Pinning>,
    as_json: bool,
) -> anyhow::Result<()> {
    let shown = if as_json {
        json::show(done)
    } else {
        let said = plan::done(done, set);
        match pinning {
            Some(pinning) => say::out(&format!("{}\n\n{said}", pinning.words(done.now))),
            None => say::out(&said),
        }
    };
    // Who reads that it failed must not do it again.
    shown.context("it was done, but can't be shown")
}

/// Who goes with which key from now on: nothing that a change of a key's state tells.
struct Pinning {
    client: ClientId,
    to: Option<(String, i64)>,
}

impl Pinning {
    fn of(ask: &KeyQuestion) -> Option<Self> {
        let (client, to) = match ask {
            KeyQuestion::Pin { client, kid, until } => (client, Some((kid.clone(), *until))),
            KeyQuestion::Unpin { client } => (client, None),
            KeyQuestion::Rotate { .. }
            | KeyQuestion::Promote { .. }
            | KeyQuestion::Revoke { .. }
            | KeyQuestion::List
            | KeyQuestion::Status
            | KeyQuestion::Generate { .. }
            | KeyQuestion::Retire { .. }
            | KeyQuestion::Import { .. }
            | KeyQuestion::Export { .. }
            | KeyQuestion::Rewrite { .. } => return None,
        };
        let client = client.clone();
        Some(Self { client, to })
    }

    fn words(&self, now: i64) -> String {
        let client = printable(self.client.as_str());
        match &self.to {
            Some((kid, until)) => format!(
                "{client} stays with key {} until {}.",
                printable(kid),
                Wall::at(now).when(*until)
            ),
            None => format!("{client} is not pinned any more."),
        }
    }
}

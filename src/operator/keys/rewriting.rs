//! The files of private keys are written anew: under the passphrase that is configured now, or
//! in plain. No key changes by it. The audit log is told first, for the one who takes the
//! encryption off may be no friend: what can't be told is not done.

use std::sync::Arc;

use super::acts::Terms;
use super::own_thread::on_its_own_thread;
use super::refusals::of_act_error;
use super::{KeyOffice, Refusal, RefusalCause, Rewritten, RewrittenFile, SecretText};
use crate::domain::event::OperatorAct;
use crate::keyring::{ActError, Custody, Rewriting};

/// How many times it begins anew when the folder changed under its hands.
const TRIES: u32 = 4;

impl KeyOffice {
    /// Writes the files anew, or says which would be.
    pub(super) async fn rewrite(
        &self,
        configured: Option<SecretText>,
        terms: Terms,
    ) -> Result<Rewritten, Refusal> {
        let custody = &self.parts.custody;
        if let Some(configured) = configured
            && !custody.is_under(configured.secret())
        {
            return Err(started_with_another(custody.is_encrypting()));
        }
        let mut left = TRIES;
        let mut is_told = false;
        loop {
            left -= 1;
            match self.try_to_rewrite(terms, &mut is_told).await {
                // The schedule made a key, or somebody put one there. It was not shown.
                Err(refusal)
                    if refusal.cause == RefusalCause::KeysChanged
                        && terms.expected.is_none()
                        && left > 0 => {}
                outcome => return outcome,
            }
        }
    }

    async fn try_to_rewrite(&self, terms: Terms, is_told: &mut bool) -> Result<Rewritten, Refusal> {
        let now = self.now();
        let read = self.at_work(move |custody| custody.rewriting(terms.expected, now));
        let rewriting = read.await?;
        let snapshot = self.snapshot().await?;
        let mut answer = Rewritten {
            now: now.as_millis(),
            generation: snapshot.generation,
            directory: snapshot
                .folder
                .map_or_else(String::new, |folder| folder.display().to_string()),
            done: false,
            encrypted: rewriting.encrypts(),
            weakens: rewriting.weakens(),
            files: files(&rewriting),
            right: rewriting.right(),
            at_rest: self.parts.knowledge.is_at_rest(),
        };
        if terms.dry_run {
            return Ok(answer);
        }
        if answer.weakens && terms.expected.is_none() {
            return Err(Refusal::needs_confirmation());
        }
        let prepared = self
            .at_work(move |custody| custody.prepare(rewriting))
            .await?;
        if !(answer.files.is_empty() || *is_told) {
            let act = OperatorAct::KeysRewritten {
                files: answer.files.len().try_into().unwrap_or(u64::MAX),
                encrypted: answer.encrypted,
            };
            self.tell_first(terms.actor, act)
                .await
                .map_err(|error| Refusal::cannot_be_told(&error))?;
            *is_told = true;
        }
        // Also without a file: what one that was killed left behind is removed.
        self.at_work(move |custody| custody.rewrite(&prepared, now))
            .await?;
        answer.done = true;
        Ok(answer)
    }

    async fn at_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Custody) -> Result<T, ActError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let custody = Arc::clone(&self.parts.custody);
        on_its_own_thread(move || work(&custody))
            .await
            .map_err(|_| Refusal::broken_off())?
            .map_err(of_act_error)
    }
}

fn files(rewriting: &Rewriting) -> Vec<RewrittenFile> {
    let files = rewriting.files().iter();
    files
        .map(|kept| RewrittenFile {
            file: kept.file.clone(),
            was: kept.kept,
        })
        .collect()
}

/// The configuration was changed under a server that runs. It would write under what it knows,
/// and the next start could read nothing.
fn started_with_another(is_encrypting: bool) -> Refusal {
    let words = if is_encrypting {
        "nothing was done: the server that runs was started with another passphrase than the one \
         that is configured now; to go over to that: stop the server, run dingpass keys rewrite \
         --old-passphrase-file FILE with the old one in FILE, and start it"
    } else {
        "nothing was done: the server that runs was started without a passphrase, and one is \
         configured now; restart it, and run this again"
    };
    Refusal::of(RefusalCause::Passphrase, words)
}

//! A person at one application, again and again: signs in silently and at DingTalk, refreshes,
//! shows old ID Tokens, uses access tokens until shortly before their end, leaves a sign-in open
//! for most of an hour, and signs out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::{Clock as _, Timestamp};

use super::dingtalk_page::choose;
use super::ear::Ear;
use super::ledger::Ledger;
use super::pace::{Pace, STEP};
use super::party::{Begun, Claims, Doubt, Party, Tokens};
use crate::support::{Answer, Browser, TestClock};

/// An access token is used for the last time when so little of its time is left that another
/// operation might come too late.
const ALMOST_OVER: Duration = Duration::from_secs(8 * 60);
/// Of the thirty minutes of an access token.
const ACCESS_TOKEN: Duration = Duration::from_secs(30 * 60);
/// A sign-in is good for an hour; it is left open for so long at least.
const OPEN_FOR: Duration = Duration::from_secs(25 * 60);

/// What somebody does, in this order, for ever.
const DEEDS: [Deed; 7] = [
    Deed::Silently,
    Deed::Refresh,
    Deed::WithHint,
    Deed::Flow,
    Deed::Refresh,
    Deed::Anew,
    Deed::SignOut,
];

#[derive(Clone, Copy)]
enum Deed {
    Silently,
    Refresh,
    WithHint,
    Flow,
    Anew,
    SignOut,
}

/// Where a worker works.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) clock: Arc<TestClock>,
    pub(super) keys: Arc<dingpass::keyring::Custody>,
    pub(super) logout: String,
    pub(super) pace: Arc<Pace>,
    pub(super) ledger: Arc<Ledger>,
}

/// A person at one application.
pub(super) struct Worker {
    number: usize,
    place: Place,
    party: Arc<Party>,
    ear: Ear,
    userid: &'static str,
    browser: Browser,
    first: Tokens,
    refresh_token: String,
    kept: VecDeque<Kept>,
    open: Option<Open>,
}

/// An access token that is used later.
struct Kept {
    access_token: String,
    made_at: Timestamp,
    sealed_by: String,
}

/// A sign-in that somebody left at DingTalk's page.
struct Open {
    browser: Browser,
    begun: Begun,
    page: crate::support::Page,
    begun_at: Timestamp,
    sealed_by: String,
}

impl Worker {
    /// Signs in for the first time.
    pub(super) async fn start(
        number: usize,
        place: Place,
        party: Arc<Party>,
        ear: Ear,
        userid: &'static str,
    ) -> Self {
        let mut browser = Browser::new();
        let scope = [("scope", "openid profile offline_access")];
        let begun = party.begin(&scope);
        let answer = at_dingtalk(&mut browser, &party, &begun, userid).await;
        let first = party.finish(&begun, &answer).await.unwrap();
        let refresh_token = first.refresh_token.clone().unwrap();
        place.ledger.is_out(&first);
        Self {
            number,
            place,
            party,
            ear,
            userid,
            browser,
            first,
            refresh_token,
            kept: VecDeque::new(),
            open: None,
        }
    }

    /// Goes on until told to end.
    pub(super) async fn run(mut self) {
        let pace = Arc::clone(&self.place.pace);
        for turn in self.number.. {
            if pace.is_over() {
                return;
            }
            let deed = DEEDS[turn % DEEDS.len()];
            pace.operation(self.number, self.act(deed)).await;
        }
    }

    async fn act(&mut self, deed: Deed) {
        self.use_late_ones().await;
        match deed {
            Deed::Silently => {
                let result = self.sign_in("openid profile", &[("prompt", "none")]).await;
                self.note("silently", result);
            }
            Deed::Refresh => {
                let result = self.party.refresh(&self.refresh_token).await;
                let tokens = self.note("refresh", result);
                self.refresh_token = tokens.refresh_token.unwrap();
            }
            Deed::WithHint => {
                // The very first one, whose key has long been withdrawn later on.
                let hint = self.first.id_token.clone();
                let more = [("prompt", "none"), ("id_token_hint", hint.as_str())];
                let result = self.sign_in("openid", &more).await;
                self.note("with_hint", result);
            }
            Deed::Flow => self.flow().await,
            Deed::Anew => {
                let begun = self
                    .party
                    .begin(&[("scope", "openid profile"), ("prompt", "login")]);
                let answer = at_dingtalk(&mut self.browser, &self.party, &begun, self.userid).await;
                let result = self.party.finish(&begun, &answer).await;
                self.note("anew", result);
            }
            Deed::SignOut => self.sign_out().await,
        }
    }

    /// What was believed is kept for later; it is of the same person and session.
    fn note(&mut self, what: &'static str, result: Result<Tokens, Doubt>) -> Tokens {
        let tokens = self.place.ledger.note(self.party.id, what, result);
        for name in ["sub", "sid"] {
            assert_eq!(
                tokens.claims[name], self.first.claims[name],
                "{what}: {name}"
            );
        }
        self.place.ledger.is_out(&tokens);
        self.kept.push_back(Kept {
            access_token: tokens.access_token.clone(),
            made_at: self.place.clock.now(),
            sealed_by: self.seals(),
        });
        tokens
    }

    async fn sign_in(&mut self, scope: &str, more: &[(&str, &str)]) -> Result<Tokens, Doubt> {
        let mut parameters = vec![("scope", scope)];
        parameters.extend(more);
        let begun = self.party.begin(&parameters);
        let page = self.browser.follow(&begun.url, &self.party.redirect).await;
        self.party.finish(&begun, &Answer::of(&page)).await
    }

    /// Uses the access tokens whose time is almost over, and one that is fresh.
    async fn use_late_ones(&mut self) {
        let now = self.place.clock.now();
        let is_due = |kept: &Kept| now.since(kept.made_at) + ALMOST_OVER >= ACCESS_TOKEN;
        let mut due: Vec<Kept> = Vec::new();
        while self.kept.front().is_some_and(is_due) {
            due.extend(self.kept.pop_front());
        }
        for kept in due {
            let left = ACCESS_TOKEN.saturating_sub(now.since(kept.made_at));
            // It was made up to two steps before it was noted, and this may take two more.
            if left <= STEP * 4 {
                continue;
            }
            self.ask_userinfo(&kept).await;
        }
        if let Some(kept) = self.kept.pop_back() {
            self.ask_userinfo(&kept).await;
            self.kept.push_back(kept);
        }
    }

    async fn ask_userinfo(&self, kept: &Kept) {
        let told: Claims = self.party.userinfo(&kept.access_token).await;
        assert_eq!(told["sub"], self.first.claims["sub"]);
        self.place.ledger.note(self.party.id, "userinfo", Ok(()));
        if self.seals() != kept.sealed_by {
            self.place.ledger.crossed("access token", &kept.sealed_by);
        }
    }

    /// Goes on with the sign-in that was left at DingTalk's page half an hour ago, and leaves
    /// another one there.
    async fn flow(&mut self) {
        let now = self.place.clock.now();
        if let Some(open) = &self.open
            && now.since(open.begun_at) < OPEN_FOR
        {
            return;
        }
        if let Some(mut open) = self.open.take() {
            let stop = &self.party.redirect;
            let page = choose(&mut open.browser, &open.page, self.userid, stop).await;
            let result = self.party.finish(&open.begun, &Answer::of(&page)).await;
            let tokens = self.place.ledger.note(self.party.id, "flow", result);
            self.place.ledger.is_out(&tokens);
            if self.seals() != open.sealed_by {
                self.place.ledger.crossed("flow", &open.sealed_by);
            }
        }
        let sealed_by = self.seals();
        let mut browser = Browser::new();
        let begun = self.party.begin(&[("scope", "openid profile")]);
        let page = browser.follow(&begun.url, &self.party.redirect).await;
        self.open = Some(Open {
            browser,
            begun,
            page,
            begun_at: now,
            sealed_by,
        });
    }

    /// Signs in with another browser and out again: the hint ends that session alone, and the
    /// application is told of it.
    async fn sign_out(&mut self) {
        let mut browser = Browser::new();
        let begun = self.party.begin(&[("scope", "openid")]);
        let answer = at_dingtalk(&mut browser, &self.party, &begun, self.userid).await;
        let result = self.party.finish(&begun, &answer).await;
        let tokens = self.place.ledger.note(self.party.id, "elsewhere", result);
        self.place.ledger.is_out(&tokens);
        let mut logout = url::Url::parse(&self.place.logout).unwrap();
        logout
            .query_pairs_mut()
            .append_pair("id_token_hint", &tokens.id_token);
        let page = browser.get(logout.as_str()).await;
        assert!(page.body.contains("You are signed out"), "{page:?}");
        let sid = tokens.claims["sid"].as_str().unwrap();
        let token = self.ear.of_session(sid).await;
        let told = self.party.told(&token).await;
        let told = self.place.ledger.note(self.party.id, "told", told);
        assert_eq!(told["sub"], tokens.claims["sub"]);
    }

    /// The key that seals.
    fn seals(&self) -> String {
        use dingpass::keyring::model::KeyUse;
        let keys = self.place.keys.snapshot().keys;
        keys.active(KeyUse::Seal).unwrap().kid.clone()
    }
}

/// Sends a browser to DingTalk's page and through it.
pub(super) async fn at_dingtalk(
    browser: &mut Browser,
    party: &Party,
    begun: &Begun,
    userid: &str,
) -> Answer {
    let page = browser.follow(&begun.url, &party.redirect).await;
    Answer::of(&choose(browser, &page, userid, &party.redirect).await)
}

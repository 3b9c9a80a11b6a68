//! DingTalk. It is no OpenID provider: it has a page that gives a code, a call that gives a
//! user token for it, and a directory. Its own words (unionId, corpId, appKey) stay in this
//! folder.
//!
//! The order of the calls is the rule: who it is (user token), whether that person is a
//! member of *our* organisation (directory), what the directory says of the member. What a
//! person may write into their own account (`users/me`: mail, mobile) crosses the borders of
//! organisations, so nothing but unionId, nick and avatar is taken from there.

mod api;
mod app_token;
mod claims;
mod display;
mod login;
mod membership;
mod oapi;
mod retry;
mod settings;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;

pub use settings::{Settings, UsernameSource};

use super::{Cause, Provider, UpstreamError};
use crate::clock::Clock;
use crate::domain::id::UpstreamId;
use crate::domain::identity::{Identity, Link};
use crate::domain::params::Parameters;
use crate::outbound::OperatorHosts;
use app_token::AppToken;

/// The `kind` in a subject's link.
const KIND: &str = "dingtalk";

/// One DingTalk application of one organisation.
pub struct DingTalk {
    settings: Settings,
    http: OperatorHosts,
    app_token: Arc<AppToken>,
}

impl DingTalk {
    /// The provider of those settings.
    #[must_use]
    pub fn new(settings: Settings, http: OperatorHosts, clock: Arc<dyn Clock>) -> Self {
        let app_token = Arc::new(AppToken::new(settings.clone(), http.clone(), clock));
        Self {
            settings,
            http,
            app_token,
        }
    }

    async fn identify_within_time(&self, answer: &Parameters) -> Result<Identity, UpstreamError> {
        let code = login::code_of(answer)?;
        let user_token = self.user_access_token(&code).await?;
        if self.settings.ask_organisation
            && user_token.corp_id.as_ref() != Some(&self.settings.corp_id)
        {
            return Err(UpstreamError::bare(
                Cause::OtherOrganisation,
                "oauth2/userAccessToken",
            ));
        }
        let me = self.users_me(&user_token.access_token).await?;
        let link = Link {
            kind: KIND.to_owned(),
            owner: self.settings.corp_id.clone(),
            person: me.union_id.clone(),
        };
        let about = |error| UpstreamError {
            person: Some(Box::new(link.clone())),
            ..error
        };
        let userid = self.member(&me.union_id).await.map_err(about)?;
        let employee = self.employee(&userid, &me.union_id).await.map_err(about)?;
        Ok(Identity {
            profile: claims::profile(&self.settings, me, userid, &employee),
            link,
        })
    }
}

#[async_trait]
impl Provider for DingTalk {
    fn id(&self) -> &UpstreamId {
        &self.settings.id
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn authorization_url(&self, state: &str) -> String {
        login::authorization_url(&self.settings, state)
    }

    async fn identify(&self, answer: &Parameters) -> Result<Identity, UpstreamError> {
        // A person waits: all calls and retries together have this long.
        tokio::time::timeout(self.settings.patience, self.identify_within_time(answer))
            .await
            .unwrap_or_else(|_| Err(UpstreamError::bare(Cause::TimedOut, "all calls together")))
    }
}

//! Upstream providers: who vouches for people. A provider is asked twice: for the address
//! where a browser signs in, and for the identity behind the browser's answer.

pub mod dingtalk;
mod error;

use async_trait::async_trait;

pub use error::{Blame, Cause, Detail, UpstreamError};

use crate::domain::id::UpstreamId;
use crate::domain::identity::Identity;
use crate::domain::params::Parameters;

/// Somebody who vouches for people.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The `id` of its `[[upstream]]`.
    fn id(&self) -> &UpstreamId;

    /// Its name, for people.
    fn name(&self) -> &str;

    /// Where a browser signs in. `state` comes back with the answer.
    fn authorization_url(&self, state: &str) -> String;

    /// The identity behind the browser's answer. `state` was checked by the caller.
    ///
    /// # Errors
    /// [`UpstreamError`]: anything but a member of the organisation fails.
    async fn identify(&self, answer: &Parameters) -> Result<Identity, UpstreamError>;
}

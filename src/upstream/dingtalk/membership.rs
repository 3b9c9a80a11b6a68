//! The gate: DingTalk lets anybody with an account sign in to any application, so who came
//! back says nothing yet. Only a member of the configured organisation goes on, and only on
//! the directory's plain yes; everything else fails closed.

use serde_json::Value;

use super::DingTalk;
use super::api::is_plain_identifier;
use super::wire::{boolean, integer, verbatim};
use crate::upstream::{Cause, UpstreamError};

impl DingTalk {
    /// The userid of the member with that unionId.
    pub(super) async fn member(&self, union_id: &str) -> Result<String, UpstreamError> {
        const CALL: &str = "user/getbyunionid";
        let found = self.get_by_union_id(union_id).await?;
        match integer(&found, &["contact_type", "contactType"]) {
            Some(0) => {}
            Some(_) => return Err(UpstreamError::bare(Cause::ExternalContact, CALL)),
            None => return Err(UpstreamError::bare(Cause::Unintelligible, CALL)),
        }
        verbatim(&found, &["userid", "userId"])
            .filter(|userid| is_plain_identifier(userid))
            .ok_or_else(|| UpstreamError::bare(Cause::Unintelligible, CALL))
    }

    /// The directory's entry of that member. It must be the same person: the two calls are
    /// two documents.
    pub(super) async fn employee(
        &self,
        userid: &str,
        union_id: &str,
    ) -> Result<Value, UpstreamError> {
        const CALL: &str = "v2/user/get";
        let employee = self.user_get(userid).await?;
        let same_userid = verbatim(&employee, &["userid", "userId"]).as_deref() == Some(userid);
        let same_union_id =
            verbatim(&employee, &["unionid", "unionId"]).as_deref() == Some(union_id);
        if !same_userid || !same_union_id {
            return Err(UpstreamError::bare(Cause::Unintelligible, CALL));
        }
        match boolean(&employee, "disable_status") {
            Ok(false) => Ok(employee),
            Ok(true) => Err(UpstreamError::bare(Cause::PersonDisabled, CALL)),
            Err(_) => Err(UpstreamError::bare(Cause::Unintelligible, CALL)),
        }
    }
}

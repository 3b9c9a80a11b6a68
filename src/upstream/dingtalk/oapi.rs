//! Calls of the old dialect: the directory.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::wire::decode_old;
use super::{DingTalk, retry};
use crate::upstream::UpstreamError;

impl DingTalk {
    /// `POST /topapi/...?access_token=`; all our calls of this dialect only read, so they
    /// may be repeated. The token stands in the query, which is why no URL is ever logged.
    pub(super) async fn topapi(
        &self,
        call: &'static str,
        body: Value,
    ) -> Result<Value, UpstreamError> {
        let url = format!("{}/topapi/{call}", self.settings.oapi_base_url);
        self.with_app_token(|token: SecretString| {
            let (url, body) = (&url, &body);
            async move {
                retry::read(self.settings.retry_pause, || async {
                    let request = self
                        .http
                        .post(url)
                        .query(&[("access_token", token.expose_secret())])
                        .json(body);
                    decode_old(call, self.http.send(request).await)
                })
                .await
            }
        })
        .await
    }

    /// `POST /topapi/user/getbyunionid`
    pub(super) async fn get_by_union_id(&self, union_id: &str) -> Result<Value, UpstreamError> {
        self.topapi("user/getbyunionid", json!({ "unionid": union_id }))
            .await
    }

    /// `POST /topapi/v2/user/get`
    pub(super) async fn user_get(&self, userid: &str) -> Result<Value, UpstreamError> {
        self.topapi("v2/user/get", json!({ "userid": userid }))
            .await
    }
}

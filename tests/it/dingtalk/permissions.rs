//! A permission that the application lacks: DingTalk's own name for it, and the way to it.

use http::StatusCode;

use super::{arrived, assert_nothing_stored, attempt, detail, has_session};
use crate::support::{House, REDIRECT};

/// DingTalk section 11.2, CONTRIBUTING.md, Old attacks: the permission, the call, the code, the request id
/// and the link to apply for it; once granted, the same flow goes on.
#[tokio::test]
async fn the_page_names_the_missing_permission_and_links_to_where_it_is_applied_for() {
    const NEW: &str = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
    for (permission, call, code) in [
        ("open_app_api_base", "oauth2/userAccessToken", NEW),
        ("Contact.User.Read", "contact/users/me", NEW),
        ("qyapi_base", "oauth2/accessToken", NEW),
        ("qyapi_get_member", "user/getbyunionid", "60011"),
    ] {
        let house = House::start().await;
        let rp = house.rp().await;
        house.sim.revoke(permission).await;
        let mut browser = house.browser();
        let page = attempt(&rp, &mut browser).await;
        assert_eq!(
            page.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{permission}"
        );
        assert_eq!(
            detail(&page, "Cause").as_deref(),
            Some("permission_missing")
        );
        assert_eq!(
            detail(&page, "Missing permission").as_deref(),
            Some(permission)
        );
        assert_eq!(detail(&page, "Call").as_deref(), Some(call));
        assert_eq!(detail(&page, "DingTalk code").as_deref(), Some(code));
        assert!(
            detail(&page, "DingTalk request id").is_some(),
            "{permission}"
        );
        let link = format!(
            "href=\"https://open-dev.dingtalk.com/appscope/apply?content=dingsimapp%23{permission}\""
        );
        assert!(page.body.contains(&link), "{permission}: {}", page.body);
        assert!(page.body.contains("<details open"), "{permission}");
        assert!(!has_session(&browser));
        assert_nothing_stored(&house).await;
        house.sim.grant(permission).await;
        let retry = house.url(&page.href("retry").unwrap());
        assert!(
            arrived(&browser.follow(&retry, REDIRECT).await),
            "{permission}"
        );
    }
}

/// DingTalk section 4: the link is the console's, or none.
#[tokio::test]
async fn a_link_that_does_not_lead_to_dingtalks_console_is_not_shown() {
    let mock = super::mock::Mock::start().await;
    for message in [
        "点击链接申请：https://open-dev.dingtalk.com.evil.example/appscope",
        "点击链接申请：http://open-dev.dingtalk.com/appscope",
        "点击链接申请：javascript:alert(1)",
        "权限：[<script>]",
    ] {
        let body = serde_json::json!({
            "code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", "message": message,
        });
        mock.reply(super::ME, 403, &body.to_string());
        let provider = super::provider(super::settings(&mock.url));
        let error = super::identify(&provider).await.unwrap_err();
        assert_eq!(error.detail.apply_link, None, "{message}");
        assert_eq!(error.detail.permission, None, "{message}");
    }
}

//! What a client says of logouts: where people may be sent afterwards, and how it wants to be
//! told (OIDC RP-Initiated, Back-Channel and Front-Channel Logout).

use url::Url;

use super::client_presets::Preset;
use super::client_uris::{self, RedirectRule};
use super::reader::Section;
use super::web_url;
use crate::domain::client::{LogoutNotice, PostLogout};
use crate::domain::uri::RedirectUri;

/// All of it.
pub(super) struct Logout {
    pub(super) post_logout: PostLogout,
    pub(super) backchannel: Option<LogoutNotice>,
    pub(super) frontchannel: Option<LogoutNotice>,
    pub(super) offline_access_outlives_logout: bool,
}

pub(super) fn read(
    section: &mut Section<'_>,
    preset: &Preset,
    rule: RedirectRule,
    redirect_uris: Option<&[RedirectUri]>,
) -> Logout {
    Logout {
        post_logout: PostLogout {
            uris: client_uris::post_logout_redirect_uris(section, rule),
            any_query: preset.any_post_logout_query,
        },
        backchannel: notice(
            section,
            "backchannel_logout_uri",
            "backchannel_logout_session_required",
            None,
        ),
        frontchannel: notice(
            section,
            "frontchannel_logout_uri",
            "frontchannel_logout_session_required",
            redirect_uris,
        ),
        offline_access_outlives_logout: section
            .flag("offline_access_outlives_logout")
            .is_none_or(|flag| flag.value),
    }
}

/// `origins` is given where the address must be one of the client's own: a browser opens it
/// with what it has of that origin (Front-Channel Logout section 2).
fn notice(
    section: &mut Section<'_>,
    key: &'static str,
    session_key: &'static str,
    origins: Option<&[RedirectUri]>,
) -> Option<LogoutNotice> {
    let session_required = section.flag(session_key);
    let Some(text) = section.text(key) else {
        if let Some(flag) = &session_required {
            section.warn(
                &flag.at,
                format!("`{session_key}` has no effect without `{key}`"),
            );
        }
        return None;
    };
    let url = match web_url::any(&text.value) {
        Ok(url) => url,
        Err(message) => {
            section.fault(&text.at, format!("`{key}` {message}"));
            return None;
        }
    };
    if url.fragment().is_some() {
        section.fault(&text.at, format!("`{key}` must not have a fragment (#...)"));
    }
    let is_foreign = origins.is_some_and(|uris| {
        !uris.iter().any(|uri| {
            Url::parse(uri.as_str()).is_ok_and(|redirect| redirect.origin() == url.origin())
        })
    });
    if is_foreign {
        section.warn(
            &text.at,
            format!("`{key}` should have scheme, host and port of one of `redirect_uris` (OIDC Front-Channel Logout section 2)"),
        );
    }
    Some(LogoutNotice {
        uri: text.value,
        session_required: session_required.is_some_and(|flag| flag.value),
    })
}

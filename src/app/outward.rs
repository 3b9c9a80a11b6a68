//! Whom the broker calls: how, and the upstreams that vouch for people.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::StartError;
use crate::clock::Clock;
use crate::config;
use crate::domain::issuer::Issuer;
use crate::outbound::{self, OperatorHosts};
use crate::protocol::discovery::path;
use crate::upstream::Provider;
use crate::upstream::dingtalk::{self, DingTalk};

pub(super) fn outbound_settings(
    section: &config::Outbound,
) -> Result<outbound::Settings, StartError> {
    let mut ca_pems = Vec::new();
    for path in &section.ca_files {
        ca_pems.push(std::fs::read(path).map_err(|error| StartError::CaFile {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?);
    }
    Ok(outbound::Settings {
        ca_pems,
        proxy: section
            .proxy
            .as_ref()
            .map(|proxy| proxy.expose_secret().to_owned()),
        ..outbound::Settings::default()
    })
}

pub(super) fn provider(
    upstream: config::Upstream,
    issuer: &Issuer,
    http: OperatorHosts,
    clock: Arc<dyn Clock>,
) -> Arc<dyn Provider> {
    match upstream.kind {
        config::UpstreamKind::DingTalk(section) => {
            let redirect_uri = issuer.endpoint(&format!("{}{}", path::CALLBACK, upstream.id));
            let settings = dingtalk::Settings {
                id: upstream.id,
                name: upstream.name,
                client_id: section.client_id,
                client_secret: section.client_secret,
                corp_id: section.corp_id,
                redirect_uri,
                login_base_url: section.login_base_url,
                api_base_url: section.api_base_url,
                oapi_base_url: section.oapi_base_url,
                ask_organisation: section.ask_organisation,
                preferred_username: match section.preferred_username {
                    config::UsernameSource::UserId => dingtalk::UsernameSource::UserId,
                    config::UsernameSource::JobNumber => dingtalk::UsernameSource::JobNumber,
                    config::UsernameSource::OrgEmail => dingtalk::UsernameSource::OrgEmail,
                    config::UsernameSource::OrgEmailLocalPart => {
                        dingtalk::UsernameSource::OrgEmailLocalPart
                    }
                },
                locale: section.locale,
                zoneinfo: section.zoneinfo,
                patience: Duration::from_secs(15),
                retry_pause: Duration::from_secs(1),
            };
            Arc::new(DingTalk::new(settings, http, clock))
        }
    }
}

//! `[[upstream]]`

use dingpass::config::{UpstreamKind, UsernameSource};

use super::{LEAST, fault, loads, with};

#[test]
fn an_id_is_part_of_an_address() {
    for id in ["a", "acme-2", &"x".repeat(32)] {
        let config = loads(&LEAST.replace("\"acme\"", &format!("\"{id}\"")));
        assert_eq!(config.upstreams[0].id.as_str(), id);
    }
    for id in ["Acme", "a b", "a/b", "a_b", "é", &"x".repeat(33)] {
        assert_eq!(
            fault(&LEAST.replace("\"acme\"", &format!("\"{id}\""))),
            "`id` must be 1 to 32 of the characters a-z, 0-9 and -",
            "{id}"
        );
    }
}

#[test]
fn upstreams_keep_the_files_order() {
    let second = LEAST
        .replace("issuer = \"http://127.0.0.1:8000\"", "")
        .replace("acme", "aaa");
    let config = loads(&(LEAST.to_owned() + &second));
    let ids: Vec<_> = config.upstreams.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["acme", "aaa"]);
}

#[test]
fn every_member_is_read() {
    let config = loads(&with(
        "name = \"Acme 公司\"\nlogin_base_url = \"https://l.example.com\"\napi_base_url = \"http://[::1]:9\"\noapi_base_url = \"http://localhost:9\"\nask_organisation = true\npreferred_username = \"org_email_local_part\"\nlocale = \"zh-Hans-CN\"\nzoneinfo = \"America/Argentina/Buenos_Aires\"",
    ));
    let upstream = &config.upstreams[0];
    assert_eq!(upstream.name, "Acme 公司");
    let UpstreamKind::DingTalk(it) = &upstream.kind;
    assert_eq!(
        (it.client_id.as_str(), it.corp_id.as_str()),
        ("dingapp", "dingcorp")
    );
    assert_eq!(it.login_base_url, "https://l.example.com");
    assert_eq!(it.api_base_url, "http://[::1]:9");
    assert_eq!(it.oapi_base_url, "http://localhost:9");
    assert!(it.ask_organisation);
    assert_eq!(it.preferred_username, UsernameSource::OrgEmailLocalPart);
    assert_eq!(it.locale.as_deref(), Some("zh-Hans-CN"));
    assert_eq!(
        it.zoneinfo.as_deref(),
        Some("America/Argentina/Buenos_Aires")
    );
}

#[test]
fn every_username_source_has_its_name() {
    for (name, source) in [
        ("userid", UsernameSource::UserId),
        ("job_number", UsernameSource::JobNumber),
        ("org_email", UsernameSource::OrgEmail),
        ("org_email_local_part", UsernameSource::OrgEmailLocalPart),
    ] {
        let config = loads(&with(&format!("preferred_username = \"{name}\"")));
        let UpstreamKind::DingTalk(it) = &config.upstreams[0].kind;
        assert_eq!(it.preferred_username, source);
    }
    assert_eq!(
        fault(&with("preferred_username = \"email\"")),
        "`preferred_username` must be \"userid\", \"job_number\", \"org_email\" or \"org_email_local_part\""
    );
}

/// The application's secret goes there.
#[test]
fn base_urls_are_https_origins() {
    for (url, part) in [
        ("http://api.example.com", "must begin with https://"),
        ("https://api.example.com/", "without the slash at its end"),
        ("https://api.example.com/v1", "without path or query"),
        ("https://api.example.com?x", "without path or query"),
        ("https://API.example.com", "in lower case"),
        ("https://api.example.com:443", "default port"),
        ("https://u:p@api.example.com", "must not have a user"),
        ("api.dingtalk.com", "must be a URL"),
        ("ftp://api.example.com", "must be a URL that begins"),
    ] {
        for key in ["login_base_url", "api_base_url", "oapi_base_url"] {
            let message = fault(&with(&format!("{key} = \"{url}\"")));
            assert!(message.starts_with(&format!("`{key}` ")), "{message}");
            assert!(message.contains(part), "{url}: {message}");
        }
    }
}

#[test]
fn locale_and_zoneinfo_have_their_shapes() {
    for locale in ["z", "zh_CN", "zh-", "中文", "zh-toolongpart"] {
        let message = fault(&with(&format!("locale = \"{locale}\"")));
        assert_eq!(
            message, "`locale` must be a language tag like \"zh-CN\"",
            "{locale}"
        );
    }
    for zone in ["Asia/", "/Shanghai", "+08:00", "Asia Shanghai", "亚洲"] {
        let message = fault(&with(&format!("zoneinfo = \"{zone}\"")));
        assert_eq!(
            message, "`zoneinfo` must be a time zone like \"Asia/Shanghai\"",
            "{zone}"
        );
    }
    loads(&with("zoneinfo = \"UTC\"\nlocale = \"en\""));
}

#[test]
fn a_copied_blank_in_an_identifier_is_seen() {
    for key in ["client_id", "corp_id"] {
        let text = LEAST.replace(&format!("{key} = \"ding"), &format!("{key} = \" ding"));
        assert_eq!(
            fault(&text),
            format!("`{key}` must be ASCII without blanks")
        );
    }
}

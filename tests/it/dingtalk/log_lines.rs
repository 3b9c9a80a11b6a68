//! What stands in the log of a real process: nothing that unlocks anything, nothing personal.

use std::process::{Child, Command, Stdio};

use http::StatusCode;
use serde_json::json;

use super::mock::{Mock, member};
use super::{APP_TOKEN, ME, USER, USER_TOKEN};
use crate::support::{Answer, Browser, CLIENT, REDIRECT, RelyingParty, SECRET, http, until};

struct Broker {
    process: Child,
    folder: tempfile::TempDir,
    issuer: String,
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Broker {
    async fn start(mock: &str, filter: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("127.0.0.1:{}", crate::support::free_port());
        let issuer = format!("http://{address}");
        let config = folder.path().join("dingpass.toml");
        let text = configuration(&address, mock, filter);
        std::fs::write(&config, text).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_dingpass"))
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut broker = Self {
            process,
            folder,
            issuer,
        };
        broker.wait_until_ready().await;
        broker
    }

    async fn wait_until_ready(&mut self) {
        until(async || {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the broker ended: {}", self.log());
            let answer = http().get(format!("{}/readyz", self.issuer)).send().await;
            answer
                .is_ok_and(|it| it.status() == StatusCode::OK)
                .then_some(())
        })
        .await;
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

fn configuration(listen: &str, mock: &str, filter: &str) -> String {
    format!(
        r#"issuer = "http://{listen}"
[http]
listen = "{listen}"
[log]
filter = "{filter}"
[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "dingsimapp"
client_secret = "sentinel-upstream-secret"
corp_id = "dingsimcorp"
login_base_url = "{mock}"
api_base_url = "{mock}"
oapi_base_url = "{mock}"
[[clients]]
client_id = "{CLIENT}"
client_secret = "{SECRET}"
client_name = "Demo"
redirect_uris = ["{REDIRECT}"]
scope = "openid profile email phone groups dingtalk"
"#
    )
}

/// A DingTalk whose every secret and every personal detail can be recognised.
async fn telltale() -> Mock {
    let mock = Mock::start().await;
    let tokens = json!({"accessToken": "sentinel-user-token", "refreshToken": "sentinel-refresh"});
    mock.json(USER_TOKEN, &tokens);
    let account = json!({
        "unionId": "union1", "nick": "Sentinelnick", "mobile": "13911110000",
        "email": "sentinel-own@mail.example",
    });
    mock.json(ME, &account);
    mock.json(
        APP_TOKEN,
        &json!({"accessToken": "sentinel-app-token", "expireIn": 7200}),
    );
    let mut entry = member();
    for (name, value) in [
        ("mobile", "13922220000"),
        ("email", "sentinel-other@mail.example"),
        ("org_email", "sentinel-org@acme.example"),
        ("name", "Sentinelname"),
    ] {
        entry[name] = value.into();
    }
    mock.result(USER, &entry);
    mock
}

/// Signs in, fails in several ways, and returns what must not be found in the log.
async fn busy_day(broker: &Broker, mock: &Mock) -> Vec<String> {
    let rp = RelyingParty::discover(&broker.issuer, CLIENT, Some(SECRET), REDIRECT).await;
    let mut browser = Browser::new();
    let mut secrets: Vec<String> = ["sentinel", "Sentinel", "13911110000", "13922220000", SECRET]
        .map(str::to_owned)
        .to_vec();
    let scopes = ["profile", "email", "phone", "groups", "dingtalk"];
    // A failure at DingTalk first, then the same flow once more.
    mock.reply(
        USER,
        200,
        r#"{"errcode":88,"sub_code":"60011","errmsg":"sentinel"}"#,
    );
    let request = rp.request(&scopes, &[("login_hint", "sentinel-hint@acme.example")]);
    let out = browser.follow(&request.url, mock.url.as_str()).await;
    let failed = come_back(broker, &mut browser, out.location().unwrap(), &mut secrets).await;
    assert_eq!(
        failed.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        failed.body
    );
    let mut entry = member();
    entry["name"] = "Sentinelname".into();
    entry["mobile"] = "13922220000".into();
    entry["org_email"] = "sentinel-org@acme.example".into();
    mock.result(USER, &entry);
    let retry = format!("{}{}", broker.issuer, failed.href("retry").unwrap());
    let out = browser.follow(&retry, mock.url.as_str()).await;
    let page = come_back(broker, &mut browser, out.location().unwrap(), &mut secrets).await;
    secrets.push(request.state.clone());
    let code = Answer::of(&page).code().to_owned();
    let signed_in = rp.finish(request, &code).await;
    assert_eq!(signed_in.userinfo["phone_number"], "+8613922220000");
    secrets.push(signed_in.payload()["nonce"].as_str().unwrap().to_owned());
    // The code again, a wrong secret, a token that is none, a callback that nobody asked for.
    for (secret, code) in [
        (SECRET, code.as_str()),
        ("sentinel-wrong-secret", "sentinel-code"),
    ] {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ];
        let request = http().post(format!("{}/token", broker.issuer));
        let answer = request
            .basic_auth(CLIENT, Some(secret))
            .form(&form)
            .send()
            .await;
        assert!(answer.unwrap().status().is_client_error());
    }
    for token in [signed_in.access_token.as_str(), "sentinel-token"] {
        let request = http().get(format!("{}/userinfo", broker.issuer));
        let answer = request.bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let stray = format!(
        "{}/callback/acme?code=sentinel&state=sentinel.x",
        broker.issuer
    );
    browser.get(&stray).await;
    let stray = format!(
        "{}/authorize?client_id=sentinel&state=sentinel",
        broker.issuer
    );
    browser.get(&stray).await;
    secrets.push(code);
    secrets.push(signed_in.access_token);
    secrets.push(signed_in.id_token);
    secrets.extend(browser.cookies.into_values());
    secrets
}

/// Comes back from the mock's page with a code; the cookies and the state are secrets.
async fn come_back(
    broker: &Broker,
    browser: &mut Browser,
    out: &str,
    secrets: &mut Vec<String>,
) -> crate::support::Page {
    let url = url::Url::parse(out).unwrap();
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    secrets.extend(browser.cookies.values().cloned());
    // The flow's name is no secret, what follows it is.
    secrets.push(state.split_once('.').unwrap().1.to_owned());
    let back = format!(
        "{}/callback/acme?code=sentinel-code&authCode=sentinel-code&state={state}",
        broker.issuer
    );
    browser.follow(&back, REDIRECT).await
}

async fn leaks(filter: &str) -> (Vec<String>, String) {
    let mock = telltale().await;
    let broker = Broker::start(&mock.url, filter).await;
    let secrets = busy_day(&broker, &mock).await;
    let log = broker.log();
    assert!(log.contains("signed in"), "the log is empty: {log}");
    let mut found = Vec::new();
    for line in log.lines() {
        for secret in &secrets {
            if line.contains(secret.as_str()) {
                found.push(format!("{secret}: {line}"));
            }
        }
    }
    (found, log)
}

/// CONTRIBUTING.md, Old attacks: no code, state, token, secret, cookie, phone number, e-mail or name.
#[tokio::test]
async fn our_own_lines_hold_nothing_secret_and_nothing_personal_at_any_level() {
    let (found, log) = leaks("dingpass=trace").await;
    assert!(found.is_empty(), "{found:#?}");
    assert!(
        log.contains("permission_missing"),
        "the failure is told: {log}"
    );
    assert!(
        log.contains("route=\"/callback/{upstream}\""),
        "by pattern: {log}"
    );
}

/// The crates below us have lines of their own, and an operator may turn everything on.
#[tokio::test]
async fn the_lines_of_the_libraries_hold_nothing_secret_either() {
    let (found, _) = leaks("trace").await;
    assert!(found.is_empty(), "{found:#?}");
}

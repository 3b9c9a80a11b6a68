//! The simulated DingTalk with its people, and the broker with a store on disk, on free
//! loopback ports and in a temporary folder.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::failure::{Doing as _, Failure};
use crate::http::{Connection, get, target};
use crate::process::Server;

pub const SECRET: &str = "a-secret-of-at-least-32-characters";
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

/// Everything that a measurement runs against.
pub struct House {
    binary: PathBuf,
    folder: TempDir,
    broker_authority: String,
    pub sim: Server,
    /// How many people there are; each has a userid of `p` and a number from 0.
    pub people: usize,
}

/// What the broker offers: paths from its discovery document.
pub struct Offered {
    pub jwks: String,
    pub authorization: String,
    pub token: String,
    pub userinfo: Option<String>,
    pub introspection: Option<String>,
    grants: Vec<String>,
}

impl Offered {
    pub fn grants(&self, name: &str) -> bool {
        self.grants.iter().any(|grant| grant == name)
    }
}

pub const DISCOVERY: &str = "/.well-known/openid-configuration";

impl House {
    pub async fn build(binary: &Path, people: usize) -> Result<Self, Failure> {
        let folder = TempDir::new().doing("a temporary folder")?;
        let (sim, broker) = (free_authority()?, free_authority()?);
        let people_file = folder.path().join("people.json");
        fs::write(&people_file, organisation(people).to_string())?;
        fs::write(
            folder.path().join("dingpass.toml"),
            configuration(&sim, &broker),
        )?;
        let people_file = people_file.display().to_string();
        let arguments = ["sim", "--listen", &sim, "--people", &people_file];
        Ok(Self {
            sim: Server::start(
                binary,
                &arguments,
                &sim,
                "/_sim",
                &folder.path().join("sim.log"),
            )
            .await?,
            binary: binary.to_owned(),
            folder,
            broker_authority: broker,
            people,
        })
    }

    /// Starts the broker on whatever keys and store earlier starts have left.
    pub async fn broker(&self) -> Result<Server, Failure> {
        let config = self.folder.path().join("dingpass.toml");
        let config = config.display().to_string();
        let arguments = ["serve", "--config", &config];
        let log = self.folder.path().join("broker.log");
        Server::start(
            &self.binary,
            &arguments,
            &self.broker_authority,
            "/readyz",
            &log,
        )
        .await
    }

    /// The last lines of the broker's log, for a failure.
    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder.path().join("broker.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Size of the store's file in MiB.
    pub fn store_mib(&self) -> Result<f64, Failure> {
        let file = self.folder.path().join("data/dingpass.redb");
        let bytes = fs::metadata(&file)
            .doing(&file.display().to_string())?
            .len();
        Ok(crate::report::mib(bytes))
    }
}

/// Reads the discovery document.
pub async fn offered(broker: &Server) -> Result<Offered, Failure> {
    let mut connection = Connection::open(&broker.authority).await?;
    let request = get(&broker.authority, DISCOVERY, "");
    let document = connection.send(&request).await?.expect(200)?.json()?;
    let path = |name: &str| {
        document
            .get(name)
            .and_then(Value::as_str)
            .map(|url| target(url).to_owned())
    };
    let grants = document
        .get("grant_types_supported")
        .and_then(Value::as_array);
    Ok(Offered {
        jwks: path("jwks_uri").doing("no jwks_uri")?,
        authorization: path("authorization_endpoint").doing("no authorization_endpoint")?,
        token: path("token_endpoint").doing("no token_endpoint")?,
        userinfo: path("userinfo_endpoint"),
        introspection: path("introspection_endpoint"),
        grants: grants
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    })
}

fn free_authority() -> Result<String, Failure> {
    let probe = TcpListener::bind("127.0.0.1:0")?;
    Ok(probe.local_addr()?.to_string())
}

/// A people file of the simulator: people as an organisation of this size has them.
fn organisation(people: usize) -> Value {
    let people: Vec<Value> = (0..people)
        .map(|number| {
            json!({
                "userid": format!("p{number}"),
                "name": format!("员工{number}"),
                "mobile": format!("139{number:08}"),
                "org_email": format!("p{number}@corp.example"),
                "avatar": format!("https://static-legacy.dingtalk.com/media/sim-p{number}.jpg"),
                "job_number": format!("N{number}"),
                "title": "工程师",
                "departments": [2, 3],
                "roles": [101],
            })
        })
        .collect();
    json!({
        "organisations": [{
            "corp_id": "dingsimcorp",
            "name": "星河科技",
            "departments": [
                {"dept_id": 1, "name": "星河科技"},
                {"dept_id": 2, "name": "技术部", "parent_id": 1},
                {"dept_id": 3, "name": "平台组", "parent_id": 2},
            ],
            "role_groups": [{"id": 100, "name": "职务", "roles": [{"id": 101, "name": "工程师"}]}],
            "people": people,
        }]
    })
}

/// `plain` gets a code and an ID Token, `lasting` a refresh token, too, `machine` acts for
/// itself. All that costs the server something is as it is by default: PKCE is demanded, the
/// disk is waited for, sign-ins are logged.
fn configuration(sim: &str, broker: &str) -> String {
    format!(
        r#"issuer = "http://{broker}"

[http]
listen = "{broker}"

[[upstream]]
id = "acme"
kind = "dingtalk"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "http://{sim}"
api_base_url = "http://{sim}"
oapi_base_url = "http://{sim}"

[[clients]]
client_id = "plain"
client_secret = "{SECRET}"
redirect_uris = ["{REDIRECT_URI}"]

[[clients]]
client_id = "lasting"
client_secret = "{SECRET}"
redirect_uris = ["{REDIRECT_URI}"]
grant_types = ["authorization_code", "refresh_token"]

[[clients]]
client_id = "machine"
preset = "machine"
client_secret = "{SECRET}"
"#
    )
}

//! The small configuration against the simulator that must work as it stands.

pub(crate) const SAMPLE: &str = r#"issuer = "http://127.0.0.1:8000"

[http]
listen = "127.0.0.1:8000"

[store]
url = "redb:data/dingpass.redb"      # "redb::memory:" keeps nothing

[keys]
directory = "keys"

[[upstream]]
id = "acme"
kind = "dingtalk"
name = "Acme"
client_id = "dingsimapp"
client_secret = "dingsimsecret"
corp_id = "dingsimcorp"
login_base_url = "http://127.0.0.1:9000"     # the three default to DingTalk's own hosts
api_base_url = "http://127.0.0.1:9000"
oapi_base_url = "http://127.0.0.1:9000"

[[clients]]
client_id = "demo"
client_secret = "a-secret-of-at-least-32-characters!!"
client_name = "Demo"
redirect_uris = ["http://127.0.0.1:8080/callback"]
post_logout_redirect_uris = ["http://127.0.0.1:8080/"]
token_endpoint_auth_method = "client_secret_basic"
scope = "openid profile email phone groups dingtalk offline_access"
require_pkce = false
"#;

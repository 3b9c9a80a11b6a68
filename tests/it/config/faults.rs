//! Every fault at once, each in its place.

use super::{LEAST, fault, faults, with};

const MANY: &str = r#"isuer = "http://127.0.0.1:8000"
issuer = "http://login.example.com"

[http]
listn = "127.0.0.1:8000"
listen = 8000

[htp]
listen = "x"

[store]
url = "postgres://u:p@db/dingpass"
cache_size = "16MB"

[lifetimes]
code = "1h"
id_token = "soon"

[log]
format = "jsn"

[[upstream]]
id = "Acme"
kind = "dingtok"
client_id = "dingapp"
corp_id = "dingcorp"

[[upstream]]
id = "b"
kind = "dingtalk"
client_id = "dingapp"
client_secret = "s"
corp_id = "dingcorp"
login_base_url = "http://login.example.com"

[[upstream]]
id = "b"
kind = "dingtalk"
client_id = "dingapp"
client_secret = "s"
corp_id = "dingcorp"

[[clients]]
client_id = "one"
client_secret = "short"
redirect_uris = ["https://a.example.com/cb", "nowhere"]
require_pcke = true

[[clients]]
client_id = "one"
client_name = "二号"
redirect_uris = ["https://二号.example.com/#x", 7]
token_endpoint_auth_method = "client_secret_jwt"
"#;

#[test]
fn every_fault_of_a_file_is_reported_at_once_in_its_place() {
    let expected = [
        "1:1 unknown key `isuer`; did you mean `issuer`?",
        "2:10 `issuer` must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost alone)",
        "5:1 unknown key `listn`; did you mean `listen`?",
        "6:10 `listen` must be a string, not an integer",
        "8:1 unknown section `htp`; did you mean `[http]`?",
        "12:7 `url`: PostgreSQL is not there yet, redb is the only store; write \"redb:data/dingpass.redb\", or \"redb::memory:\" to keep nothing",
        "13:14 `cache_size` must be a size like \"16MiB\" (KiB, MiB, GiB) or a number of bytes",
        "16:8 `code` must be at most 10m (RFC 6749 section 4.1.2)",
        "17:12 `id_token` must be a duration like \"60s\", \"10m\", \"1h30m\" or \"7d\"",
        "20:10 `format` must be \"text\" or \"json\"; did you mean \"json\"?",
        "22:1 `client_secret` is missing; write client_secret = \"<the application's Client Secret>\", or client_secret_file with the path of a file",
        "23:6 `id` must be 1 to 32 of the characters a-z, 0-9 and -",
        "24:8 `kind` must be \"dingtalk\"",
        "34:18 `login_base_url` must begin with https:// (http:// is for 127.0.0.1, [::1] and localhost alone), like \"https://login.dingtalk.com\"",
        "37:6 another [[upstream]] has this `id` already",
        "45:17 the client's secret must have at least 32 characters, better 43 random ones",
        "46:46 `redirect_uris`: this address is not an absolute URL",
        "47:1 unknown key `require_pcke`; did you mean `require_pkce`?",
        "50:13 another of [[clients]] has this `client_id` already",
        "52:18 `redirect_uris`: this address must not have a fragment (#...)",
        "52:47 `redirect_uris` must be a string, not an integer",
        "53:30 `token_endpoint_auth_method`: this method is not there yet; write \"client_secret_basic\", \"client_secret_post\", \"private_key_jwt\" or \"none\"",
    ];
    assert_eq!(faults(MANY), expected);
}

#[test]
fn a_missing_key_stands_at_its_sections_header() {
    assert_eq!(
        faults("\n[[upstream]]\n\n[[clients]]\n"),
        [
            "1:1 `issuer` is missing; write issuer = \"https://login.example.com\"",
            "2:1 `id` is missing; write id = \"acme\"",
            "2:1 `kind` is missing; write kind = \"dingtalk\"",
            "2:1 `client_id` is missing; write client_id = \"<the application's Client ID>\"",
            "2:1 `client_secret` is missing; write client_secret = \"<the application's Client Secret>\", or client_secret_file with the path of a file",
            "2:1 `corp_id` is missing; write corp_id = \"<the organisation's CorpId>\"",
            "4:1 `client_id` is missing; write client_id = \"my-application\"",
            "4:1 `client_secret` is missing; write client_secret = \"<at least 32 random characters>\", or client_secret_file, or token_endpoint_auth_method = \"none\"",
            "4:1 `redirect_uris` is missing; write redirect_uris = [\"https://app.example.com/callback\"]",
        ]
    );
}

#[test]
fn an_empty_file_says_what_it_needs() {
    assert_eq!(
        faults(""),
        [
            "1:1 `issuer` is missing; write issuer = \"https://login.example.com\"",
            "1:1 at least one [[upstream]] is needed, with id, kind = \"dingtalk\", client_id, client_secret and corp_id",
        ]
    );
}

#[test]
fn a_section_that_does_not_exist_is_a_fault() {
    assert_eq!(
        fault(&with("[telemetry]\nsocket = \"x\"")),
        "unknown section `telemetry`"
    );
    assert_eq!(
        fault(&with("[client]\nclient_id = \"x\"")),
        "unknown section `client`; did you mean `[[clients]]`?"
    );
    assert_eq!(
        fault(&with("[[upstreams]]\nid = \"x\"")),
        "unknown key `upstreams`; did you mean `[[upstream]]`?"
    );
}

#[test]
fn single_and_double_brackets_are_not_mixed_up_in_silence() {
    assert_eq!(
        fault(&with("[[http]]\nlisten = \"127.0.0.1:1\"")),
        "`http` is a section; write it as [http]"
    );
    // What the list holds is checked all the same.
    let text = with(
        "[clients]\nclient_id = \"a b\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"https://a.example.com/\"]",
    );
    assert_eq!(
        faults(&text),
        [
            "9:1 `clients` is a list; write each as [[clients]]",
            "10:13 `client_id` must be printable ASCII without blanks",
        ]
    );
    assert_eq!(
        faults("issuer = \"http://127.0.0.1:8000\"\nupstream = [1]"),
        ["2:13 `upstream` is a list of tables; write each as [[upstream]]"]
    );
}

#[test]
fn a_key_before_the_first_section_is_not_taken_for_one_within() {
    let text = format!("listen = \"127.0.0.1:8000\"{LEAST}");
    assert_eq!(faults(&text), ["1:1 unknown key `listen`"]);
}

#[test]
fn dotted_keys_and_inline_tables_are_read_alike() {
    let text = format!("http.listen = \"127.0.0.1:7\"\nlog = {{ format = \"json\" }}{LEAST}");
    let config = super::loads(&text);
    assert_eq!(config.http.listen.port(), 7);
    assert_eq!(config.log.format, dingpass::config::LogFormat::Json);
}

#[test]
fn columns_count_characters() {
    let text = format!("pages = {{ contact = \"钉钉\", x = 1 }}{LEAST}");
    assert_eq!(faults(&text), ["1:27 unknown key `x`"]);
}

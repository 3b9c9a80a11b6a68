//! The environment wins over the file.

use dingpass::config::UpstreamKind;
use dingpass::domain::client::ClientAuthentication;
use secrecy::ExposeSecret as _;

use super::{CLIENT, LEAST, faults_with, load_with, with};

fn loaded(text: &str, variables: &[(&str, &str)]) -> dingpass::config::Config {
    load_with(text, variables).expect("no fault")
}

#[test]
fn a_variable_wins_over_the_file() {
    let text = with("[http]\nlisten = \"127.0.0.1:1\"");
    let config = loaded(
        &text,
        &[
            ("DINGPASS__HTTP__LISTEN", "127.0.0.1:2"),
            ("DINGPASS__ISSUER", "https://login.example.com"),
        ],
    );
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(config.issuer.as_str(), "https://login.example.com");
}

#[test]
fn a_variable_can_give_what_the_file_leaves_out() {
    let text = LEAST
        .replace("issuer = \"http://127.0.0.1:8000\"", "")
        .replace("client_secret = \"dingsecret\"", "");
    let config = loaded(
        &text,
        &[
            ("DINGPASS__ISSUER", "https://login.example.com"),
            ("DINGPASS__LOG__FORMAT", "json"),
            (
                "DINGPASS__UPSTREAM__ACME__CLIENT_SECRET",
                "from the environment",
            ),
        ],
    );
    assert_eq!(config.log.format, dingpass::config::LogFormat::Json);
    let UpstreamKind::DingTalk(dingtalk) = &config.upstreams[0].kind;
    assert_eq!(
        dingtalk.client_secret.expose_secret(),
        "from the environment"
    );
}

#[test]
fn a_variable_is_plain_text_where_the_key_is_a_string_and_toml_where_it_is_not() {
    let text = with(CLIENT);
    let config = loaded(
        &text,
        &[
            ("DINGPASS__CLIENTS__DEMO__CLIENT_NAME", "true"),
            ("DINGPASS__CLIENTS__DEMO__REQUIRE_PKCE", "false"),
            ("DINGPASS__CLIENTS__DEMO__DEFAULT_MAX_AGE", "60"),
            ("DINGPASS__CLIENTS__DEMO__EXTRA_CLAIMS", "[\"phone\"]"),
            ("DINGPASS__STORE__CACHE_SIZE", "32MiB"),
        ],
    );
    let client = &config.clients[0];
    assert_eq!(client.name, "true");
    assert!(!client.require_pkce);
    assert_eq!(client.default_max_age, Some(60));
    assert!(client.phone_claim && !client.username_claim);
    assert_eq!(config.store.cache_size, 32 * 1024 * 1024);
    let bytes = loaded(&text, &[("DINGPASS__STORE__CACHE_SIZE", "2097152")]);
    assert_eq!(bytes.store.cache_size, 2 * 1024 * 1024);
}

#[test]
fn a_client_is_found_by_its_id_in_upper_case_with_underscores() {
    let secret = "another-secret-of-at-least-32-characters";
    for (id, part) in [
        ("a.b-c", "A_B_C"),
        ("a--b", "A__B"),
        ("x_", "X_"),
        ("客", "_"),
    ] {
        let text = with(&CLIENT.replace("demo", id));
        let name = format!("DINGPASS__CLIENTS__{part}__CLIENT_SECRET");
        if id == "客" {
            // Not an id that a client can have, but no reason to panic.
            assert_eq!(faults_with(&text, &[(&name, secret)]).len(), 1);
            continue;
        }
        let config = loaded(&text, &[(&name, secret)]);
        let ClientAuthentication::Secret(secrets) = &config.clients[0].authentication else {
            panic!("the client has a secret");
        };
        assert!(secrets.admit(secret), "{id}");
    }
}

#[test]
fn a_variable_that_fits_two_clients_is_a_fault() {
    let text = with(&(CLIENT.replace("demo", "a.b") + &CLIENT.replace("demo", "a-b")));
    assert_eq!(
        faults_with(&text, &[("DINGPASS__CLIENTS__A_B__CLIENT_NAME", "x")]),
        [
            "DINGPASS__CLIENTS__A_B__CLIENT_NAME fits more than one `client_id`: ids that differ in case and punctuation alone can't be told apart here"
        ]
    );
}

#[test]
fn a_variable_that_matches_nothing_is_a_fault_with_the_nearest_name() {
    for (name, message) in [
        (
            "DINGPASS__HTTP__LISTN",
            "matches no key; did you mean `DINGPASS__HTTP__LISTEN`?",
        ),
        ("DINGPASS__HTTP__WHATEVER", "matches no key"),
        (
            "DINGPASS__HTP__LISTEN",
            "matches no section; did you mean `DINGPASS__HTTP__LISTEN`?",
        ),
        (
            "DINGPASS__ISUER",
            "matches no key; did you mean `DINGPASS__ISSUER`?",
        ),
        (
            "DINGPASS__HTTP",
            "names a section; the name of a key must follow",
        ),
        (
            "DINGPASS__UPSTREAM",
            "names a section; the name of a key must follow",
        ),
        ("DINGPASS__UPSTREAM__ACME", "must name an `id` and a key"),
        (
            "DINGPASS__UPSTREAM__ACNE__CORP_ID",
            "fits no `id` of the file; did you mean `DINGPASS__UPSTREAM__ACME__CORP_ID`?",
        ),
        (
            "DINGPASS__UPSTREAM__ACME__CORPID",
            "matches no key; did you mean `DINGPASS__UPSTREAM__ACME__CORP_ID`?",
        ),
        (
            "DINGPASS__UPSTREAM__ACME__ID",
            "can't change the `id` by which it is found",
        ),
        (
            "DINGPASS__CLIENTS__DEMO__CLIENT_NAME",
            "fits no `client_id` of the file",
        ),
        (
            "DINGPASS__http__listen",
            "must be written in upper case: `DINGPASS__HTTP__LISTEN`",
        ),
        ("DINGPASS__", "matches no key"),
    ] {
        assert_eq!(
            faults_with(LEAST, &[(name, "127.0.0.1:1")]),
            [format!("{name} {message}")]
        );
    }
}

#[test]
fn a_fault_in_a_variables_value_names_the_variable() {
    assert_eq!(
        faults_with(
            &with("[http]\nlistn = \"x\""),
            &[
                ("DINGPASS__HTTP__LISTEN", "localhost"),
                ("DINGPASS__OUTBOUND__CA_FILES", "a.pem"),
                ("DINGPASS__PAGES__CONTACT", ""),
            ]
        ),
        [
            "10:1 unknown key `listn`; did you mean `listen`?",
            "DINGPASS__HTTP__LISTEN `listen` must be an IP address and a port like \"127.0.0.1:8000\" or \"[::]:8000\"",
            "DINGPASS__OUTBOUND__CA_FILES `ca_files` must be an array of strings like [\"...\"], not a string",
            "DINGPASS__PAGES__CONTACT `contact` must not be empty",
        ]
    );
}

/// A cluster sets such variables for a service of our name.
#[test]
fn variables_without_two_underscores_are_left_alone() {
    let others = [
        ("DINGPASS_PORT", "tcp://10.0.0.1:80"),
        ("DINGPASS", "x"),
        ("HTTP__LISTEN", "x"),
        ("dingpass__http__listen", "x"),
    ];
    loaded(LEAST, &others);
}

#[test]
fn a_secret_of_the_environment_replaces_the_files_whichever_key_gives_it() {
    let text = LEAST.replace(
        "client_secret = \"dingsecret\"",
        "client_secret_file = \"/nowhere\"",
    );
    let config = loaded(
        &text,
        &[("DINGPASS__UPSTREAM__ACME__CLIENT_SECRET", "right")],
    );
    let UpstreamKind::DingTalk(dingtalk) = &config.upstreams[0].kind;
    assert_eq!(dingtalk.client_secret.expose_secret(), "right");

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from a file\n").unwrap();
    let path = file.path().to_str().unwrap();
    let config = loaded(
        LEAST,
        &[("DINGPASS__UPSTREAM__ACME__CLIENT_SECRET_FILE", path)],
    );
    let UpstreamKind::DingTalk(dingtalk) = &config.upstreams[0].kind;
    assert_eq!(dingtalk.client_secret.expose_secret(), "from a file");

    let both = [
        ("DINGPASS__UPSTREAM__ACME__CLIENT_SECRET", "right"),
        ("DINGPASS__UPSTREAM__ACME__CLIENT_SECRET_FILE", path),
    ];
    assert_eq!(
        faults_with(LEAST, &both),
        [
            "DINGPASS__UPSTREAM__ACME__CLIENT_SECRET_FILE `client_secret` and `client_secret_file` are both given; keep one"
        ]
    );
}

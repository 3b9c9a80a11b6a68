//! The small sections: what each takes and refuses.

use secrecy::ExposeSecret as _;
use std::time::Duration;

use dingpass::config::{LogFormat, StoreLocation};

use super::{fault, load, loads, warnings, with};

#[test]
fn listen_is_an_address_and_a_port() {
    for (text, address) in [("[::]:80", "[::]:80"), ("0.0.0.0:0", "0.0.0.0:0")] {
        let config = loads(&with(&format!("[http]\nlisten = \"{text}\"")));
        assert_eq!(config.http.listen.to_string(), address);
    }
    for text in [
        "localhost:8000",
        ":8000",
        "127.0.0.1",
        "127.0.0.1:99999",
        "8000",
    ] {
        let message = fault(&with(&format!("[http]\nlisten = \"{text}\"")));
        assert!(
            message.starts_with("`listen` must be an IP address and a port"),
            "{text}"
        );
    }
}

#[test]
fn the_issuer_is_an_origin() {
    let text = with("").replace("http://127.0.0.1:8000", "https://login.example.com/");
    assert_eq!(
        fault(&text),
        "`issuer` must be scheme, host and port alone: no path, no query, no fragment, no trailing slash"
    );
}

#[test]
fn the_store_is_a_file_or_memory() {
    let located = |url: &str| {
        loads(&with(&format!("[store]\nurl = \"{url}\"")))
            .store
            .location
    };
    assert_eq!(located("redb::memory:"), StoreLocation::Memory);
    assert_eq!(
        located("redb:a/b.redb"),
        StoreLocation::File("/etc/dingpass/a/b.redb".into())
    );
    assert_eq!(
        located("redb:/var/b.redb"),
        StoreLocation::File("/var/b.redb".into())
    );
    for url in [
        "redb:",
        "redb:/",
        "redb:a/",
        "redb:..",
        "redb://a",
        "redb::mem:",
        "sqlite:x",
        "data/x.redb",
        "REDB:x",
        ":memory:",
    ] {
        let message = fault(&with(&format!("[store]\nurl = \"{url}\"")));
        assert!(
            message.contains("\"redb:data/dingpass.redb\""),
            "{url}: {message}"
        );
    }
    for url in ["postgres://a@b/c", "postgresql://a@b/c"] {
        let message = fault(&with(&format!("[store]\nurl = \"{url}\"")));
        assert!(message.contains("PostgreSQL is not there yet"), "{message}");
    }
}

#[test]
fn the_cache_is_between_one_mebibyte_and_one_gibibyte() {
    let size = |text: &str| {
        loads(&with(&format!("[store]\ncache_size = {text}")))
            .store
            .cache_size
    };
    assert_eq!(size("\"1MiB\""), 1 << 20);
    assert_eq!(size("\"1GiB\""), 1 << 30);
    assert_eq!(size("\"2048KiB\""), 2 << 20);
    assert_eq!(size("\"16 MiB\""), 16 << 20);
    assert_eq!(size("1_048_576"), 1 << 20);
    for text in ["\"1023KiB\"", "\"2GiB\"", "1", "1_073_741_825"] {
        let message = fault(&with(&format!("[store]\ncache_size = {text}")));
        assert_eq!(
            message, "`cache_size` must be between 1MiB and 1GiB",
            "{text}"
        );
    }
    for text in [
        "\"16MB\"",
        "\"16\"",
        "\"MiB\"",
        "-1",
        "1.5",
        "true",
        "\"99999999999999GiB\"",
        "\"\"",
    ] {
        let message = fault(&with(&format!("[store]\ncache_size = {text}")));
        assert!(
            message.starts_with("`cache_size` must be a size like"),
            "{text}: {message}"
        );
    }
}

#[test]
fn each_lifetime_is_its_own() {
    let config = loads(&with(
        "[lifetimes]\nsession_idle = \"1s\"\nsession_absolute = \"2s\"\ncode = \"3s\"\naccess_token = \"4s\"\nid_token = \"5s\"\nrefresh_idle = \"6s\"\nrefresh_absolute = \"7s\"\nrefresh_grace = \"8s\"",
    ));
    let it = config.lifetimes;
    let all = [
        it.session_idle,
        it.session_absolute,
        it.code,
        it.access_token,
        it.id_token,
        it.refresh_idle,
        it.refresh_absolute,
        it.refresh_grace,
    ];
    assert_eq!(
        all.map(|lifetime| lifetime.as_secs()),
        [1, 2, 3, 4, 5, 6, 7, 8]
    );
}

#[test]
fn durations_are_whole_numbers_with_units() {
    let read = |text: &str| load(&with(&format!("[lifetimes]\nid_token = {text}")));
    for (text, seconds) in [
        ("\"1s\"", 1),
        ("\"90s\"", 90),
        ("\"10m\"", 600),
        ("\"12h\"", 43_200),
        ("\"7d\"", 604_800),
        ("\"1h30m\"", 5_400),
        ("\"1d2h3m4s\"", 93_784),
        ("\"3650d\"", 315_360_000),
    ] {
        let lifetimes = read(text).expect(text).lifetimes;
        assert_eq!(lifetimes.id_token, Duration::from_secs(seconds), "{text}");
    }
    for text in [
        "\"60\"",
        "60",
        "\"\"",
        "\"s\"",
        "\"1.5h\"",
        "\"1 h\"",
        "\"30m1h\"",
        "\"1m1m\"",
        "\"-1s\"",
        "\"1w\"",
        "\"1H\"",
        "\"1h30\"",
        "\"１s\"",
        "true",
    ] {
        let faults = read(text).expect_err(text);
        assert!(
            faults[0]
                .message
                .starts_with("`id_token` must be a duration like \"60s\""),
            "{text}: {}",
            faults[0].message
        );
    }
    for text in [
        "\"0s\"",
        "\"3651d\"",
        "\"99999999999999999999s\"",
        "\"9999999999999999d\"",
    ] {
        let faults = read(text).expect_err(text);
        assert_eq!(
            faults[0].message, "`id_token` must be between one second and ten years",
            "{text}"
        );
    }
}

/// RFC 6749 section 4.1.2
#[test]
fn a_code_lives_ten_minutes_at_most() {
    loads(&with("[lifetimes]\ncode = \"10m\""));
    assert_eq!(
        fault(&with("[lifetimes]\ncode = \"601s\"")),
        "`code` must be at most 10m (RFC 6749 section 4.1.2)"
    );
}

#[test]
fn an_idle_time_beyond_the_absolute_one_is_told() {
    let told = |lines: &str| {
        warnings(&with(&format!("[lifetimes]\n{lines}")))
            .into_iter()
            .filter(|message| message.contains("never matters"))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("session_idle = \"7d\""), [""; 0]);
    assert_eq!(
        told("session_idle = \"8d\""),
        ["`session_idle` is longer than `session_absolute`, so it never matters"]
    );
    assert_eq!(
        told("refresh_absolute = \"1d\""),
        ["`refresh_idle` is longer than `refresh_absolute`, so it never matters"]
    );
}

#[test]
fn certificate_files_must_hold_a_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "ca.pem",
        "# ours\n-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
    );
    write("key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let read = |files: &str| {
        let text = with(&format!("[outbound]\nca_files = {files}"));
        dingpass::config::load(&text, folder.path(), &std::collections::BTreeMap::new())
    };
    let outbound = read("[\"ca.pem\"]").expect("no fault").outbound;
    assert_eq!(outbound.ca_files, [folder.path().join("ca.pem")]);
    let faults = read("[\"key.pem\", \"ca.pem\", \"none.pem\", \".\"]").expect_err("faults");
    let messages: Vec<_> = faults.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages[0].contains("holds no PEM certificate"));
    assert!(messages[1].contains("can't be read: entity not found"));
    assert!(messages[2].contains("can't be read: is a directory"));
}

#[test]
fn allowed_addresses_are_addresses_and_networks() {
    let text = with(
        "[outbound]\nallowed_addresses = [\"10.0.0.0/8\", \"192.168.1.7\", \"fd00::/8\", \"::1\"]",
    );
    let networks: Vec<String> = loads(&text)
        .outbound
        .allowed_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        networks,
        ["10.0.0.0/8", "192.168.1.7/32", "fd00::/8", "::1/128"]
    );
    for (text, part) in [
        ("10.0.0.1/8", "write \"10.0.0.0/8\""),
        ("10.0.0.0/33", "like \"10.0.0.7\""),
        ("intranet.example.com", "like \"10.0.0.7\""),
    ] {
        let message = fault(&with(&format!(
            "[outbound]\nallowed_addresses = [\"{text}\"]"
        )));
        assert!(message.contains(part), "{message}");
    }
    let open = warnings(&with("[outbound]\nallowed_addresses = [\"0.0.0.0/0\"]"));
    assert!(
        open.iter().any(|it| it.contains("every address")),
        "{open:?}"
    );
}

#[test]
fn the_proxy_is_a_url() {
    for url in ["http://proxy:3128", "https://u:p@proxy.example.com"] {
        let config = loads(&with(&format!("[outbound]\nproxy = \"{url}\"")));
        let proxy = config.outbound.proxy.unwrap();
        assert_eq!(proxy.expose_secret(), url);
    }
    for url in [
        "proxy:3128",
        "socks5://proxy:1",
        "http://proxy/path",
        "http://",
    ] {
        let message = fault(&with(&format!("[outbound]\nproxy = \"{url}\"")));
        assert!(message.starts_with("`proxy` must be a URL"), "{url}");
    }
}

#[test]
fn pages_have_a_contact() {
    let config = loads(&with("[pages]\ncontact = \"帮助台 8000\""));
    assert_eq!(config.pages.contact.as_deref(), Some("帮助台 8000"));
    assert_eq!(
        fault(&with("[pages]\ncontact = \" \"")),
        "`contact` must not be empty"
    );
    assert_eq!(
        fault(&with("[pages]\ncontact = \"a\\nb\"")),
        "`contact` must be one line without control characters"
    );
}

#[test]
fn the_log_has_a_format_and_a_filter() {
    let log = loads(&with(
        "[log]\nformat = \"json\"\nfilter = \"warn,dingpass=debug\"",
    ))
    .log;
    assert_eq!(log.format, LogFormat::Json);
    assert_eq!(log.filter, "warn,dingpass=debug");
    assert!(fault(&with("[log]\nfilter = \"a=b=c\"")).starts_with("`filter` must be a level"));
    let misspelt = warnings(&with("[log]\nfilter = \"inof\""));
    assert!(
        misspelt
            .contains(&"`filter` takes \"inof\" for a module; did you mean \"info\"?".to_owned()),
        "{misspelt:?}"
    );
    let module = warnings(&with("[log]\nfilter = \"INFO,hyper\""));
    assert!(!module.iter().any(|it| it.contains("filter")), "{module:?}");
}

#[test]
fn the_operators_socket_lies_beside_the_database_unless_it_is_told_otherwise() {
    let socket = |lines: &str| loads(&with(lines)).admin.socket;
    let path = |text: &str| Some(std::path::PathBuf::from(text));
    assert_eq!(
        socket("[store]\nurl = \"redb:/var/lib/dingpass/a.redb\""),
        path("/var/lib/dingpass/a.sock")
    );
    assert_eq!(socket("[store]\nurl = \"redb::memory:\""), None);
    assert_eq!(
        socket("[store]\nurl = \"redb::memory:\"\n[admin]\nsocket = \"run/a.sock\""),
        path("/etc/dingpass/run/a.sock")
    );
    assert_eq!(socket("[admin]\nsocket = \"off\""), None);
    assert_eq!(
        socket("[admin]\nsocket = \"/run/dingpass.sock\""),
        path("/run/dingpass.sock")
    );
    for text in ["/", "a/", ".."] {
        let message = fault(&with(&format!("[admin]\nsocket = \"{text}\"")));
        assert!(
            message.starts_with("`socket` must be the path of a file"),
            "{text}: {message}"
        );
    }
}

/// unix(7): a path has 108 bytes, of which a zero takes one.
#[test]
fn a_socket_whose_path_the_system_has_no_room_for_is_a_fault() {
    let long = |length: usize| format!("/{}", "s".repeat(length - 1));
    let written = |length| with(&format!("[admin]\nsocket = \"{}\"", long(length)));
    assert!(loads(&written(107)).admin.socket.is_some());
    let message = fault(&written(108));
    assert!(message.contains("108 bytes"), "{message}");
    // One that nobody asked for is missing, and no fault.
    let deep = with(&format!("[store]\nurl = \"redb:{}/a.redb\"", long(101)));
    assert_eq!(loads(&deep).admin.socket, None);
    assert!(warnings(&deep).join("\n").contains("too deep"));
    let off = format!("{deep}[admin]\nsocket = \"off\"\n");
    assert!(!warnings(&off).join("\n").contains("too deep"));
}

#[test]
fn the_audit_log_is_bounded_by_age_and_by_rows() {
    let config = loads(&with("[audit]\nkeep = \"30d\"\nmost_rows = 1000"));
    assert_eq!(config.audit.keep, Duration::from_secs(30 * 86_400));
    assert_eq!(config.audit.most_rows, 1_000);
    for rows in ["0", "999", "100000001"] {
        assert_eq!(
            fault(&with(&format!("[audit]\nmost_rows = {rows}"))),
            "`most_rows` must be between 1000 and 100000000"
        );
    }
}

/// Who asks a running server must not be kept from it by what else is wrong with the file.
#[test]
fn what_reaches_a_server_is_read_beside_other_faults() {
    let folder = std::path::Path::new("/etc/dingpass");
    let nothing = std::collections::BTreeMap::new();
    let broken = "issuer = 3\n[[clients]]\nclient_id = \"a\"\n[store]\nurl = \"redb:b/c.redb\"\n";
    let reach = dingpass::config::reach(broken, folder, &nothing).unwrap();
    assert_eq!(
        reach.admin.socket,
        Some(std::path::PathBuf::from("/etc/dingpass/b/c.sock"))
    );
    let faulty = format!("{broken}[admin]\nsocket = 7\n");
    let faults = dingpass::config::reach(&faulty, folder, &nothing).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    let by_variable = [(
        "DINGPASS__ADMIN__SOCKET".to_owned(),
        "/run/d.sock".to_owned(),
    )]
    .into();
    let reach = dingpass::config::reach(broken, folder, &by_variable).unwrap();
    assert_eq!(
        reach.admin.socket,
        Some(std::path::PathBuf::from("/run/d.sock"))
    );
}

//! `[[clients]]`

use dingpass::domain::client::{ApplicationType, ClientAuthentication, IdTokenClaims};
use dingpass::domain::grant_type::GrantType;

use super::{CLIENT, PUBLIC_CLIENT, fault, faults, loads, warnings, with};

const HTTPS: &str = "redirect_uris = [\"https://app.example.com/cb\"]\n";

pub(super) fn client(lines: &str) -> String {
    with(&format!("{CLIENT}{lines}"))
}

pub(super) fn public(lines: &str) -> String {
    with(&format!("{PUBLIC_CLIENT}{lines}"))
}

#[test]
fn no_clients_at_all_is_a_warning() {
    assert_eq!(
        warnings(&with("")),
        ["there are no [[clients]], so nobody can sign in anywhere"]
    );
    assert_eq!(warnings(&client("")), [""; 0]);
}

#[test]
fn every_member_in_use_is_read() {
    let text = client(
        "client_name = \"示例\"\napplication_type = \"native\"\nscope = \"phone openid\"\nrequire_pkce = false\nid_token_claims = \"minimal\"\nextra_claims = [\"username\"]\nrelease_unverified_email = true\nclient_uri = \"http://app.example.com/\"\ndefault_max_age = 300",
    );
    let client = &loads(&text).clients[0];
    assert_eq!((client.id.as_str(), client.name.as_str()), ("demo", "示例"));
    let ClientAuthentication::Secret(secrets) = client.authentication else {
        panic!("the client has a secret");
    };
    assert!(secrets.admit("a-secret-of-at-least-32-characters!!"));
    assert!(!secrets.admit("A-secret-of-at-least-32-characters!!"));
    assert!(client.admits_redirect("https://app.example.com/callback"));
    assert_eq!(client.application_type, ApplicationType::Native);
    assert_eq!(client.scope.to_string(), "openid phone");
    assert!(!client.require_pkce);
    assert_eq!(client.id_token_claims, IdTokenClaims::Minimal);
    assert!(client.username_claim && !client.phone_claim);
    assert!(client.release_unverified_email);
    assert_eq!(
        client.client_uri.as_deref(),
        Some("http://app.example.com/")
    );
    assert_eq!(client.default_max_age, Some(300));
}

#[test]
fn an_id_is_printable_without_blanks_and_has_better_no_colon() {
    for id in ["a b", "é", "a\\tb"] {
        let faults = faults(&with(&CLIENT.replace("demo", id)));
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
    let colon = warnings(&with(&CLIENT.replace("demo", "urn:demo")));
    assert!(
        colon[0].starts_with("`client_id` holds a colon"),
        "{colon:?}"
    );
}

#[test]
fn a_fault_in_one_client_does_not_hide_those_of_another() {
    let one = CLIENT.replace("demo", "a b");
    let two = CLIENT.replace("a-secret-of-at-least-32-characters!!", "short");
    assert_eq!(
        faults(&with(&(one + &two))),
        [
            "11:13 `client_id` must be printable ASCII without blanks",
            "17:17 the client's secret must have at least 32 characters, better 43 random ones",
        ]
    );
}

/// RFC 7591 section 2
#[test]
fn the_secret_belongs_to_the_method() {
    for method in ["client_secret_basic", "client_secret_post"] {
        let text = client(&format!("token_endpoint_auth_method = \"{method}\""));
        assert!(!loads(&text).clients[0].is_public());
    }
    assert!(loads(&public(HTTPS)).clients[0].is_public());
    assert!(
        fault(&public(&format!(
            "{HTTPS}client_secret = \"{}\"",
            "x".repeat(40)
        )))
        .contains("has no secret")
    );
    assert!(fault(&client("token_endpoint_auth_method = \"none\"")).contains("has no secret"));
    let without = with(&CLIENT.replace("client_secret", "client_name"));
    assert!(fault(&without).starts_with("`client_secret` is missing"));
    for method in ["client_secret_jwt", "tls_client_auth"] {
        let text = client(&format!("token_endpoint_auth_method = \"{method}\""));
        assert!(fault(&text).contains("this method is not there yet"));
    }
    assert_eq!(
        fault(&client(
            "token_endpoint_auth_method = \"client_secret_basik\""
        )),
        "`token_endpoint_auth_method` must be \"client_secret_basic\", \"client_secret_post\", \"private_key_jwt\" or \"none\"; did you mean \"client_secret_basic\"?"
    );
}

#[test]
fn a_secret_has_at_least_32_characters() {
    let with_length = |length| {
        let secret = "x".repeat(length);
        with(&CLIENT.replace("a-secret-of-at-least-32-characters!!", &secret))
    };
    loads(&with_length(32));
    assert!(fault(&with_length(31)).contains("at least 32 characters"));
}

/// RFC 9700 section 2.1.1
#[test]
fn a_public_client_always_uses_pkce() {
    assert!(loads(&public(HTTPS)).clients[0].require_pkce);
    assert!(
        fault(&public(&format!("{HTTPS}require_pkce = false")))
            .starts_with("`require_pkce` can't be false")
    );
    let preset = loads(&public(&format!("{HTTPS}preset = \"nocobase\"")));
    assert!(preset.clients[0].require_pkce);
}

#[test]
fn scopes_that_mean_nothing_are_told() {
    let told = warnings(&client("scope = \"openid  profil api\""));
    assert_eq!(
        told,
        [
            "`scope`: \"profil\" is not known here and is ignored; did you mean \"profile\"?",
            "`scope`: \"api\" is not known here and is ignored",
        ]
    );
    let without = warnings(&client("scope = \"profile\""));
    assert_eq!(
        without,
        ["`scope` lacks \"openid\", without which nobody can sign in"]
    );
    assert!(fault(&client("scope = [\"openid\"]")).starts_with("`scope` must be a string"));
}

#[test]
fn a_preset_sets_defaults_and_what_is_written_wins() {
    let nocobase = loads(&client("preset = \"nocobase\""));
    let it = &nocobase.clients[0];
    assert!(!it.require_pkce && it.username_claim && it.phone_claim);
    assert_eq!(it.id_token_claims, IdTokenClaims::Minimal);

    let over = loads(&client(
        "preset = \"nocobase\"\nrequire_pkce = true\nid_token_claims = \"standard\"\nextra_claims = []",
    ));
    let it = &over.clients[0];
    assert!(it.require_pkce && !it.username_claim && !it.phone_claim);
    assert_eq!(it.id_token_claims, IdTokenClaims::Standard);

    let bare = "[[clients]]\nclient_id = \"demo\"\nredirect_uris = [\"https://a.example.com/\"]\n";
    for (preset, application_type) in [
        ("spa", ApplicationType::Web),
        ("native", ApplicationType::Native),
    ] {
        let config = loads(&with(&format!("{bare}preset = \"{preset}\"")));
        assert!(config.clients[0].is_public());
        assert_eq!(config.clients[0].application_type, application_type);
    }
    let with_secret =
        client("preset = \"spa\"\ntoken_endpoint_auth_method = \"client_secret_post\"");
    assert!(!loads(&with_secret).clients[0].is_public());
    let web = loads(&client("preset = \"web\""));
    assert!(web.clients[0].require_pkce && !web.clients[0].is_public());

    let machine = "[[clients]]\nclient_id = \"m\"\npreset = \"machine\"\nscope = \"orders:read\"\nclient_secret = \"a-secret-of-at-least-32-characters!!\"\n";
    let config = loads(&with(machine));
    assert_eq!(config.warnings, []);
    let it = &config.clients[0];
    assert_eq!(it.grant_types, [GrantType::ClientCredentials]);
    assert_eq!(it.service_scope.to_string(), "orders:read");
    let bare = loads(&with(&machine.replace("scope = \"orders:read\"\n", "")));
    assert!(bare.clients[0].scope.is_empty() && bare.warnings.is_empty());
    assert!(it.redirect_uris.is_empty());
    let public = format!("{machine}grant_types = [\"client_credentials\"]\n").replace(
        "client_secret = \"a-secret-of-at-least-32-characters!!\"",
        "token_endpoint_auth_method = \"none\"",
    );
    assert!(fault(&with(&public)).contains("needs a client that authenticates"));
    assert!(fault(&client("preset = \"nocobas\"")).ends_with("did you mean \"nocobase\"?"));
}

/// CONTRIBUTING.md, Decisions: a client that may ask for offline_access gets refresh tokens.
#[test]
fn refresh_tokens_come_with_offline_access_or_by_name() {
    let grants = |lines: &str| loads(&client(lines)).clients[0].grant_types.clone();
    let (code, refresh) = (GrantType::AuthorizationCode, GrantType::RefreshToken);
    assert_eq!(grants(""), [code]);
    assert_eq!(grants("scope = \"openid offline_access\""), [code, refresh]);
    assert_eq!(
        grants("grant_types = [\"authorization_code\", \"refresh_token\"]"),
        [code, refresh]
    );
    let vain = client("scope = \"openid offline_access\"\ngrant_types = [\"authorization_code\"]");
    assert!(warnings(&vain)[0].ends_with("so offline_access in `scope` grants nothing"));
}

/// OIDC RP-Initiated, Back-Channel and Front-Channel Logout: the members of a client.
#[test]
fn what_a_client_says_of_logouts_is_read() {
    let text = client(
        "post_logout_redirect_uris = [\"https://app.example.com/bye\"]\nbackchannel_logout_uri = \"https://app.example.com/back\"\nbackchannel_logout_session_required = true\nfrontchannel_logout_uri = \"https://app.example.com/front\"\noffline_access_outlives_logout = false",
    );
    let config = loads(&text);
    assert_eq!(config.warnings, []);
    let it = &config.clients[0];
    assert_eq!(
        it.post_logout.uris[0].as_str(),
        "https://app.example.com/bye"
    );
    assert!(!it.post_logout.any_query && !it.offline_access_outlives_logout);
    assert!(it.backchannel_logout.as_ref().unwrap().session_required);
    assert!(!it.frontchannel_logout.as_ref().unwrap().session_required);
    assert!(
        fault(&client(
            "backchannel_logout_uri = \"https://a.example.com/#x\""
        ))
        .contains("fragment")
    );
    assert!(
        warnings(&client(
            "frontchannel_logout_uri = \"https://other.example.com/f\""
        ))[0]
            .contains("`redirect_uris`")
    );
}

/// Fetch standard, section 3.2: origins as browsers send them.
#[test]
fn script_may_come_from_the_origins_of_redirect_uris_and_from_named_ones() {
    let text = client("allowed_cors_origins = [\"https://spa.example.com\"]");
    assert_eq!(
        loads(&text).clients[0].cors_origins,
        ["https://app.example.com", "https://spa.example.com"]
    );
    assert!(
        fault(&client(
            "allowed_cors_origins = [\"https://a.example.com/\"]"
        ))
        .contains("slash")
    );
}

/// CONTRIBUTING.md, Decisions: two secrets live side by side while one is changed.
#[test]
fn the_next_secret_is_good_beside_the_current_one() {
    let next = "another-secret-of-at-least-32-characters";
    let config = loads(&client(&format!("client_secret_next = \"{next}\"")));
    let ClientAuthentication::Secret(secrets) = config.clients[0].authentication else {
        panic!("the client has a secret");
    };
    assert!(secrets.admit(next) && secrets.admit("a-secret-of-at-least-32-characters!!"));
    assert!(fault(&client("client_secret_next = \"short\"")).contains("at least 32"));
}

#[test]
fn nocobase_is_told_of_scopes_that_it_reads() {
    assert_eq!(
        warnings(&client("preset = \"nocobase\"")),
        ["`scope` lacks \"phone\", which this preset's application reads"]
    );
    let full = client("preset = \"nocobase\"\nscope = \"openid profile email phone\"");
    assert_eq!(warnings(&full), [""; 0]);
}

#[test]
fn members_that_ask_for_nothing_are_accepted_without_a_word() {
    let text = client(
        "contacts = [\"a@example.com\"]\nsoftware_id = \"x\"\nsoftware_version = \"1\"\nrequire_auth_time = true\ngrant_types = [\"authorization_code\"]\nresponse_types = [\"code\"]\nsubject_type = \"public\"\nid_token_signed_response_alg = \"RS256\"\nconsent = \"implied\"\ndefault_acr_values = [\"urn:dingpass:acr:dingtalk\"]",
    );
    assert_eq!(warnings(&text), [""; 0]);
}

#[test]
fn members_without_effect_are_told_one_by_one() {
    let members = [
        ("jwks_uri", "\"https://a.example.com/jwks\""),
        ("jwks", "{ keys = [] }"),
        ("token_endpoint_auth_signing_alg", "\"RS256\""),
        ("sector_identifier_uri", "\"https://a.example.com/s\""),
        ("default_acr_values", "[\"a\"]"),
        ("initiate_login_uri", "\"https://a.example.com/i\""),
        ("request_uris", "[\"https://a.example.com/r\"]"),
        ("backchannel_logout_session_required", "true"),
        ("frontchannel_logout_session_required", "false"),
        ("software_statement", "\"x\""),
        ("client_name#zh-CN", "\"示例\""),
        ("logo_uri#zh-CN", "\"https://a.example.com/l.png\""),
    ];
    for (key, value) in members {
        let told = warnings(&client(&format!("\"{key}\" = {value}")));
        assert_eq!(told.len(), 1, "{key}: {told:?}");
        let bare = key.split('#').next().unwrap();
        assert!(told[0].starts_with(&format!("`{bare}`")), "{told:?}");
        // Its type is checked: a date fits none.
        let wrong = fault(&client(&format!("\"{key}\" = 1979-05-27")));
        assert!(wrong.ends_with("not a date or time"), "{wrong}");
    }
}

#[test]
fn what_a_client_would_wait_for_in_vain_is_a_fault() {
    for (key, value, part) in [
        (
            "grant_types",
            "[\"authorization_code\", \"implicit\"]",
            "\"refresh_token\" or \"client_credentials\"",
        ),
        (
            "grant_types",
            "[\"refresh_token\"]",
            "needs \"authorization_code\"",
        ),
        ("grant_types", "[]", "at least one"),
        (
            "response_types",
            "[\"code\", \"id_token\"]",
            "must be \"code\"",
        ),
        ("response_types", "[]", "must be [\"code\"]"),
        ("subject_type", "\"pairwise\"", "not there yet"),
        ("extra_claims", "[\"email\"]", "\"username\" or \"phone\""),
        ("id_token_claims", "\"all\"", "\"standard\" or \"minimal\""),
        ("application_type", "\"spa\"", "\"web\" or \"native\""),
        ("consent", "\"never\"", "\"implied\" or \"ask\""),
        ("default_max_age", "-1", "from 0 up"),
        ("default_max_age", "99999999999999999999", "from 0 up"),
        ("default_max_age", "\"1h\"", "not a string"),
        ("require_pkce", "\"false\"", "true or false, not a string"),
    ] {
        let message = fault(&client(&format!("{key} = {value}")));
        assert!(message.starts_with(&format!("`{key}`")), "{message}");
        assert!(message.contains(part), "{message}");
    }
}

/// RFC 7591 section 2, OIDC Registration section 2: a registration made for another provider
/// loads, and what asks for something that is not done is told of.
#[test]
fn members_that_ask_for_what_is_not_done_are_warned_of() {
    for key in [
        "id_token_encrypted_response_alg",
        "id_token_encrypted_response_enc",
        "userinfo_signed_response_alg",
        "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc",
        "request_object_signing_alg",
        "request_object_encryption_alg",
        "request_object_encryption_enc",
    ] {
        let config = loads(&client(&format!("{key} = \"RS256\"")));
        let told = config.warnings.iter().any(|warning| {
            warning
                .message
                .starts_with(&format!("`{key}` has no effect yet"))
        });
        assert!(told, "{key}: {:?}", config.warnings);
    }
}

/// What can't be meant is told: a name that nobody has, a secret that is no other, scopes of a
/// person where nobody signs in.
#[test]
fn what_can_not_be_meant_is_told() {
    let told = warnings(&client("may_introspect = [\"demoo\"]"));
    assert!(told[0].ends_with("did you mean \"demo\"?"), "{told:?}");
    let same = "client_secret_next = \"a-secret-of-at-least-32-characters!!\"";
    assert!(warnings(&client(same))[0].contains("changes nothing"));
    let machine = "grant_types = [\"client_credentials\"]\nscope = \"openid reports:read\"";
    assert!(warnings(&client(machine))[0].contains("never signs in here"));
}

//! Notices as text for people.

use dingpass::config::describe;

use super::example::{keys, uncommented};
use super::{LEAST, load, load_with, with};

fn described(text: &str) -> String {
    let faults = load(text).expect_err("the text has a fault");
    describe(&faults, "dingpass.toml", text)
}

#[test]
fn a_fault_is_shown_with_its_line_and_a_caret() {
    let text = with("[http]\n  listen = \"localhost\"   # ours");
    assert_eq!(
        described(&text),
        "dingpass.toml:10:12: `listen` must be an IP address and a port like \"127.0.0.1:8000\" or \"[::]:8000\"\n\
         \u{20}  |\n\
         10 |   listen = \"localhost\"\n\
         \u{20}  |            ^\n\n"
    );
}

#[test]
fn a_fault_in_the_environment_is_shown_by_its_variable() {
    let faults = load_with(LEAST, &[("DINGPASS__HTTP__LISTN", "x")]).expect_err("a fault");
    assert_eq!(
        describe(&faults, "dingpass.toml", LEAST),
        "DINGPASS__HTTP__LISTN: matches no key; did you mean `DINGPASS__HTTP__LISTEN`?\n"
    );
}

#[test]
fn a_header_is_shown_for_what_is_missing_in_it() {
    let text = LEAST.replace("kind = \"dingtalk\"", "");
    assert_eq!(
        described(&text),
        "dingpass.toml:3:1: `kind` is missing; write kind = \"dingtalk\"\n  |\n3 | [[upstream]]\n  | ^\n\n"
    );
}

#[test]
fn an_element_of_an_array_over_several_lines_is_shown() {
    let text = with(
        "[[clients]]\nclient_id = \"demo\"\ntoken_endpoint_auth_method = \"none\"\nredirect_uris = [\n  \"https://a.example.com/\",\n  \"nowhere\",\n]",
    );
    assert!(
        described(&text).contains("14 |   \"nowhere\",\n   |   ^\n"),
        "{}",
        described(&text)
    );
}

#[test]
fn a_broken_line_of_a_harmless_key_is_shown() {
    let shown = described("[http]\nlisten = \"127.0.0.1:8000\n");
    assert!(shown.contains("2 | listen = \"127.0.0.1:8000\n"), "{shown}");
    let header = described("[http\n");
    assert!(header.contains("1 | [http\n"), "{header}");
}

#[test]
fn a_place_beyond_the_text_is_no_reason_to_panic() {
    let faults = load(&with("[http]\nlistn = 1")).expect_err("a fault");
    assert_eq!(
        describe(&faults, "x", ""),
        "x:10:1: unknown key `listn`; did you mean `listen`?\n\n"
    );
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let text = with("[http]\n\tlisten\t= 1 # \u{1b}");
    let shown = described(&text);
    assert!(
        shown.chars().all(|c| c == '\n' || !c.is_control()),
        "{shown:?}"
    );
}

/// The type of every key is checked, and a line without a secret is shown.
#[test]
fn every_key_of_the_example_takes_no_date_and_its_line_is_shown() {
    let text = uncommented();
    for key in keys(&text) {
        let broken: String = text
            .lines()
            .map(|line| match line.split_once(" = ") {
                Some((name, _)) if name == key => format!("{key} = 1979-05-27\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let shown = described(&broken);
        let excerpt = format!("| {key} = 1979-05-27\n");
        let hidden = format!("| {key} = ...\n");
        let wanted = if key.starts_with("client_secret") || key == "passphrase" {
            hidden
        } else {
            excerpt
        };
        assert!(shown.contains(&wanted), "{key}: {shown}");
    }
}

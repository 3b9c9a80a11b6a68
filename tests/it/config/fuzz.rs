//! Whatever the text is, it is answered.

use proptest::prelude::*;

use dingpass::config::{Place, describe};

use super::example::uncommented;
use super::load_with;

/// Bits of which files are made.
const BITS: [&str; 34] = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    " = ",
    "\n",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    ",",
    ".",
    "_",
    "clients",
    "upstream",
    "http",
    "client_id",
    "client_secret",
    "redirect_uris",
    "listen",
    "issuer",
    "client_name#zh-CN",
    "\"x\"",
    "\"https://a.example.com/\"",
    "1979-05-27",
    "0x7f",
    "-1e9",
    "true",
    "钉",
    "\r\n",
];

fn answered(text: &str, variables: &[(&str, &str)]) -> Result<(), TestCaseError> {
    let notices = match load_with(text, variables) {
        Ok(config) => config.warnings,
        Err(faults) => {
            prop_assert!(!faults.is_empty());
            faults
        }
    };
    let lines = text.split('\n').count();
    for notice in &notices {
        if let Place::File { line, column } = notice.place {
            let length = text
                .split('\n')
                .nth(line - 1)
                .map_or(0, |it| it.chars().count());
            prop_assert!(line <= lines && column <= length + 1, "{line}:{column}");
        }
    }
    let shown = describe(&notices, "dingpass.toml", text);
    prop_assert!(shown.lines().count() >= notices.len());
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answered(&text, &[])?;
    }

    #[test]
    fn any_heap_of_bits_is_answered(
        bits in proptest::collection::vec(proptest::sample::select(BITS.to_vec()), 0..40),
    ) {
        answered(&bits.concat(), &[])?;
    }

    #[test]
    fn a_mutilated_example_is_answered(
        from in any::<proptest::sample::Index>(),
        length in 0_usize..40,
        put in proptest::sample::select(BITS.to_vec()),
    ) {
        let chars: Vec<char> = uncommented().chars().collect();
        let from = from.index(chars.len());
        let rest = chars.iter().skip(from + length);
        let text: String = chars.iter().take(from).copied().chain(put.chars()).chain(rest.copied()).collect();
        answered(&text, &[])?;
    }

    #[test]
    fn lines_in_any_order_are_answered(order in any::<u64>()) {
        let text = uncommented();
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.sort_by_key(|line| line.bytes().fold(order, |sum, byte| sum.rotate_left(5) ^ u64::from(byte).wrapping_mul(order | 1)));
        answered(&lines.join("\n"), &[])?;
    }

    #[test]
    fn any_variable_is_answered(
        path in "(HTTP|UPSTREAM|CLIENTS|STORE|X|)(__ACME|__DEMO|)(__[A-Z_]{0,12}|)",
        value in any::<String>(),
    ) {
        answered(&uncommented(), &[(&format!("DINGPASS__{path}"), &value)])?;
    }
}

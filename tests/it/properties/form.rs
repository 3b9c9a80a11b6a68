//! `application/x-www-form-urlencoded` (WHATWG URL, section 5; RFC 6749 appendix B).

use std::collections::BTreeSet;

use dingpass::domain::params::{Parameters, ParametersError};
use proptest::prelude::*;

/// An independent encoder.
fn encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = "[^\u{0}]{0,12}";
    proptest::collection::vec(("[^\u{0}]{1,8}", text), 0..12)
}

/// Names that occur twice, beyond the two that may.
fn repeats(pairs: &[(String, String)]) -> bool {
    let mut seen = BTreeSet::new();
    pairs
        .iter()
        .filter(|(name, _)| name != "resource" && name != "audience")
        .any(|(name, _)| !seen.insert(name))
}

proptest! {
    /// RFC 6749 section 3.1: what one end writes the other reads, and a repeated parameter is
    /// refused as a whole.
    #[test]
    fn a_form_is_read_as_it_was_written(pairs in pairs()) {
        let parsed = Parameters::parse(&encoded(&pairs));
        if repeats(&pairs) {
            prop_assert_eq!(parsed.unwrap_err(), ParametersError::Repeated);
        } else {
            let parsed = parsed.unwrap();
            for (name, value) in &pairs {
                let expected = Some(value.as_str()).filter(|value| !value.is_empty());
                if name != "resource" && name != "audience" {
                    prop_assert_eq!(parsed.get(name), expected);
                }
            }
        }
    }

    /// RFC 6749 section 3.1: repeating any one parameter of a good form makes it refused, and
    /// the lenient reading gives that one no value.
    #[test]
    fn repeating_any_parameter_refuses_the_form(pairs in pairs(), again in any::<prop::sample::Index>()) {
        let mut pairs = pairs;
        prop_assume!(!pairs.is_empty() && !repeats(&pairs));
        let (name, _) = pairs[again.index(pairs.len())].clone();
        prop_assume!(name != "resource" && name != "audience");
        pairs.push((name.clone(), "another".to_owned()));
        let text = encoded(&pairs);
        prop_assert!(Parameters::parse(&text).is_err());
        let lenient = Parameters::parse_unambiguous(&text);
        prop_assert_eq!(lenient.get(&name), None);
    }

    /// Any text at all is answered, and both readings agree where the strict one is content.
    #[test]
    fn any_text_is_answered(text in "\\PC{0,80}|[a-c=&%+0-9A-F]{0,60}") {
        let lenient = Parameters::parse_unambiguous(&text);
        if let Ok(strict) = Parameters::parse(&text) {
            for name in ["a", "b", "c", "client_id", "redirect_uri", "state"] {
                prop_assert_eq!(strict.get(name), lenient.get(name));
            }
        }
    }
}

/// More parameters than any honest request has are refused before they cost anything.
#[test]
fn a_thousand_parameters_are_refused() {
    let many: Vec<String> = (0..1000).map(|number| format!("p{number}=1")).collect();
    assert_eq!(
        Parameters::parse(&many.join("&")).unwrap_err(),
        ParametersError::TooMany
    );
    assert_eq!(
        Parameters::parse_unambiguous(&many.join("&")).get("p1"),
        None
    );
}

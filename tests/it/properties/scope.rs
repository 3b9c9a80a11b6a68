//! `scope` (RFC 6749 section 3.3, OIDC Core section 3.1.2.1).

use dingpass::domain::scope::{Scope, Scopes};
use proptest::prelude::*;

fn scopes() -> impl Strategy<Value = Vec<Scope>> {
    proptest::collection::vec(proptest::sample::select(Scope::ALL.to_vec()), 0..10)
}

proptest! {
    /// RFC 6749 section 3.3: the order does not matter, and one that comes twice counts once.
    #[test]
    fn order_and_repetition_mean_nothing(scopes in scopes()) {
        let forth: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let back: Vec<&str> = forth.iter().rev().copied().collect();
        let forth = Scopes::parse(&forth.join(" "));
        prop_assert_eq!(&forth, &Scopes::parse(&back.join("  ")));
        prop_assert_eq!(&forth, &Scopes::parse(&forth.to_string()));
        for scope in Scope::ALL {
            prop_assert_eq!(forth.contains(scope), scopes.contains(&scope));
        }
    }

    /// OIDC Core section 3.1.2.1: what is not known is ignored, whatever it is; and nothing
    /// comes out that was not asked for by its exact name.
    #[test]
    fn what_is_not_known_is_ignored(text in "\\PC{0,60}|[a-z_ ]{0,60}|(openid|OPENID|email|openid%20|profile,email| ){0,12}") {
        let parsed = Scopes::parse(&text);
        for scope in Scope::ALL {
            let asked = text.split(' ').any(|word| word == scope.as_str());
            prop_assert_eq!(parsed.contains(scope), asked);
        }
    }

    /// Less can be granted than each side allows, never more.
    #[test]
    fn an_intersection_holds_what_both_hold(left in scopes(), right in scopes()) {
        let both = left
            .iter()
            .copied()
            .collect::<Scopes>()
            .intersection(&right.iter().copied().collect());
        for scope in Scope::ALL {
            prop_assert_eq!(
                both.contains(scope),
                left.contains(&scope) && right.contains(&scope)
            );
        }
    }
}

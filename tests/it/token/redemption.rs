//! A code is bound to its client, its redirect_uri, its challenge and its time: each wrong
//! one alone is refused.

use super::{Ask, OTHER, OTHER_SECRET, Redeem, VERIFIER, challenge};
use crate::support::{CLIENT, House, SECRET};

/// Whether the right request still works after the wrong one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Good,
    Spent,
}

/// RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9700 section 4.5: a table of each
/// single wrong field.
#[tokio::test]
async fn each_wrong_field_of_a_redemption_is_refused_alone() {
    type Change = fn(Redeem) -> Redeem;
    let house = House::plan().more(OTHER).start().await;
    let mut browser = house.browser();
    let cases: [(&str, Change, u16, &str, Code); 20] = [
        (
            "another client",
            |it| it.basic("other", OTHER_SECRET),
            400,
            "invalid_grant",
            Code::Good,
        ),
        (
            "a wrong secret",
            |it| it.basic(CLIENT, "a-secret-of-at-least-32-characters!?"),
            401,
            "invalid_client",
            Code::Good,
        ),
        (
            "another client's secret",
            |it| it.basic(CLIENT, OTHER_SECRET),
            401,
            "invalid_client",
            Code::Good,
        ),
        (
            "an empty secret",
            |it| it.basic(CLIENT, ""),
            401,
            "invalid_client",
            Code::Good,
        ),
        (
            "an unknown client",
            |it| it.basic("nobody", SECRET),
            401,
            "invalid_client",
            Code::Good,
        ),
        (
            "a client id in another case",
            |it| it.basic("Demo", SECRET),
            401,
            "invalid_client",
            Code::Good,
        ),
        (
            "another registered redirect_uri",
            |it| it.with("redirect_uri", "http://127.0.0.1:8080/other?tenant=1"),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "a redirect_uri that is longer by a slash",
            |it| it.with("redirect_uri", "http://127.0.0.1:8080/callback/"),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "a redirect_uri in another case",
            |it| it.with("redirect_uri", "http://127.0.0.1:8080/Callback"),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "a redirect_uri with another port",
            |it| it.with("redirect_uri", "http://127.0.0.1:8081/callback"),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "no redirect_uri",
            |it| it.without("redirect_uri"),
            400,
            "invalid_request",
            Code::Good,
        ),
        (
            "another verifier",
            |it| {
                it.with(
                    "code_verifier",
                    "verifier-of-a-test.with_every~kind-0123456780",
                )
            },
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "no verifier",
            |it| it.without("code_verifier"),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "an empty verifier",
            |it| it.with("code_verifier", ""),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "the challenge as its own verifier",
            |it| it.with("code_verifier", &challenge(VERIFIER)),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "a verifier with a blank behind it",
            |it| it.with("code_verifier", &format!("{VERIFIER} ")),
            400,
            "invalid_grant",
            Code::Spent,
        ),
        (
            "a code with another end",
            |it| {
                let code = it.form[1].1.clone();
                it.with("code", &format!("{}~", &code[..code.len() - 1]))
            },
            400,
            "invalid_grant",
            Code::Good,
        ),
        (
            "a code cut short",
            |it| {
                let code = it.form[1].1.clone();
                it.with("code", &code[..code.len() - 1])
            },
            400,
            "invalid_grant",
            Code::Good,
        ),
        (
            "no code",
            |it| it.without("code"),
            400,
            "invalid_request",
            Code::Good,
        ),
        (
            "another grant type",
            |it| it.with("grant_type", "password"),
            400,
            "unsupported_grant_type",
            Code::Good,
        ),
    ];
    for (what, change, status, error, after) in cases {
        let code = Ask::new().code(&house, &mut browser).await;
        let reply = change(Redeem::of(&code)).send(&house).await;
        assert_eq!(reply.status.as_u16(), status, "{what}: {reply:?}");
        reply.refused(status, error);
        let reply = Redeem::of(&code).send(&house).await;
        let good = if reply.status == 200 {
            Code::Good
        } else {
            reply.invalid_grant();
            Code::Spent
        };
        assert_eq!(good, after, "after {what}");
    }
}

/// A verifier that is too short or too long to be one (RFC 7636 section 4.1).
#[tokio::test]
async fn a_verifier_outside_its_grammar_is_refused_though_its_digest_is_right() {
    let house = House::start().await;
    let mut browser = house.browser();
    for verifier in [
        "a".repeat(42),
        "a".repeat(129),
        format!("{}é", "a".repeat(50)),
    ] {
        let ask = Ask::new().with("code_challenge", &challenge(&verifier));
        let code = ask.code(&house, &mut browser).await;
        let wrong = Redeem::of(&code).with("code_verifier", &verifier);
        wrong.send(&house).await.invalid_grant();
    }
    for verifier in ["a".repeat(43), "~".repeat(128)] {
        let ask = Ask::new().with("code_challenge", &challenge(&verifier));
        let code = ask.code(&house, &mut browser).await;
        let right = Redeem::of(&code).with("code_verifier", &verifier);
        right.send(&house).await.tokens();
    }
}

/// RFC 9700 section 2.1.1: a verifier without a challenge tells of a request that somebody
/// stripped of its challenge.
#[tokio::test]
async fn a_verifier_for_a_code_without_a_challenge_is_refused_and_spends_it() {
    let house = House::start().await;
    let mut browser = house.browser();
    let code = Ask::new().unproved().code(&house, &mut browser).await;
    Redeem::of(&code).send(&house).await.invalid_grant();
    let plain = Redeem::of(&code).without("code_verifier");
    plain.send(&house).await.invalid_grant();

    let code = Ask::new().unproved().code(&house, &mut browser).await;
    let plain = Redeem::of(&code).without("code_verifier");
    plain.send(&house).await.tokens();
}

/// RFC 6749 section 4.1.2: a code lives for the seconds that the operator set, not one more.
#[tokio::test]
async fn a_code_is_good_until_its_time_is_over() {
    let house = House::plan()
        .more("[lifetimes]\ncode = \"90s\"")
        .start()
        .await;
    let mut browser = house.browser();
    let early = Ask::new().code(&house, &mut browser).await;
    let late = Ask::new().code(&house, &mut browser).await;
    house.clock.advance_seconds(89);
    Redeem::of(&early).send(&house).await.tokens();
    house.clock.advance_seconds(1);
    Redeem::of(&late).send(&house).await.invalid_grant();
}

/// Another client can neither use a code nor spoil it; its own client's first redemption
/// counts, also after a crowd of strangers.
#[tokio::test]
async fn another_clients_attempts_leave_the_code_to_its_own_client() {
    let house = House::plan().more(OTHER).start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    for _ in 0..5 {
        let stranger = Redeem::of(&code).basic("other", OTHER_SECRET);
        stranger.send(&house).await.invalid_grant();
    }
    Redeem::of(&code).send(&house).await.tokens();
}

/// A code that the section 0 of a certification run would take: long, random, and no two
/// alike (RFC 6749 section 10.10).
#[tokio::test]
async fn codes_are_long_and_never_the_same() {
    let house = House::start().await;
    let mut browser = house.browser();
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let code = Ask::new().code(&house, &mut browser).await;
        assert!(code.len() >= 43, "{code}");
        assert!(
            code.bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"-_.~".contains(&c)),
            "{code}"
        );
        assert!(codes.insert(code));
    }
}

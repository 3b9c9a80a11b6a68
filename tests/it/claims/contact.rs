//! email and phone.

use serde_json::{Value, json};

use super::{change, claims, object};
use crate::support::House;

/// DingTalk section 11.9: `+`, country, number; false for accounts that the organisation
/// made, whose phone nobody proved.
#[tokio::test]
async fn a_phone_number_is_e164_and_verified_unless_the_account_is_exclusive() {
    let house = House::start().await;
    for (userid, number, verified) in [
        ("zhangsan", "+8613900001001", true),
        ("liangcw", "+85251234567", true),
        ("smith", "+14155550132", true),
        ("ruanzy", "+8613900002001", false),
        ("gusso", "+8613900002002", false),
        // Hidden from colleagues, not from applications that may read it.
        ("chenboss", "+8613900001003", true),
    ] {
        let expected = json!({"phone_number": number, "phone_number_verified": verified});
        assert_eq!(
            claims(&house, userid, &["phone"]).await,
            object(expected),
            "{userid}"
        );
    }
    assert_eq!(
        claims(&house, "heping", &["phone"]).await,
        object(json!({}))
    );
}

/// DingTalk section 4: masked numbers exist (`155****3240`), and so do slips.
#[tokio::test]
async fn a_number_that_is_none_is_left_out_with_its_flag() {
    let house = House::start().await;
    for (mobile, state_code) in [
        ("155****3240", "86"),
        ("", "86"),
        ("1", "86"),
        ("13900001001139000010011390000", "86"),
        ("+1 (415) 555", "1"),
        ("13900001001", "0086"),
        ("13900001001", "八六"),
        ("１３９００００１００１", "86"),
    ] {
        let odd = json!({"mobile": mobile, "state_code": state_code});
        change(&house, "zhangsan", odd).await;
        let found = claims(&house, "zhangsan", &["phone"]).await;
        assert_eq!(found, object(json!({})), "{mobile} {state_code}");
    }
    for (mobile, state_code) in [("139-0000-1001", "+86"), ("+8613900001001", "86")] {
        let odd = json!({"mobile": mobile, "state_code": state_code});
        change(&house, "zhangsan", odd).await;
        let found = claims(&house, "zhangsan", &["phone"]).await;
        assert_eq!(
            found["phone_number"], "+8613900001001",
            "{mobile} {state_code}"
        );
    }
}

/// DingTalk section 11.7, CONTRIBUTING.md, Old attacks: org_email alone is verified; another address of the
/// directory is released on the operator's word only, and never as verified.
#[tokio::test]
async fn an_address_outside_the_organisations_mail_is_left_out_unless_the_client_may_have_it() {
    let strict = House::start().await;
    let lax = House::plan()
        .client("release_unverified_email = true")
        .start()
        .await;
    assert_eq!(
        claims(&strict, "hanxue", &["email"]).await,
        object(json!({}))
    );
    let unverified = json!({"email": "hanxue@mail.example", "email_verified": false});
    assert_eq!(claims(&lax, "hanxue", &["email"]).await, object(unverified));
    for house in [&strict, &lax] {
        // zhangsan has both.
        let verified = json!({"email": "zhangsan@xinghe.example", "email_verified": true});
        assert_eq!(
            claims(house, "zhangsan", &["email"]).await,
            object(verified)
        );
        assert_eq!(claims(house, "wuhao", &["email"]).await, object(json!({})));
    }
}

/// CONTRIBUTING.md, Old attacks: one plain mailbox, or none; nothing is repaired.
#[tokio::test]
async fn an_address_that_is_not_plainly_one_mailbox_is_no_address() {
    let house = House::start().await;
    for odd in [
        "zhangsan@evil.example@xinghe.example",
        "zhang san@xinghe.example",
        "\"zhang@evil\"@xinghe.example",
        "zhangsan@xinghe.example\n",
        " zhangsan@xinghe.example",
        "zhangsan@xinghe.example\nbcc:x@evil.example",
        "zhangsan@xinghe.example\u{0}",
        "<zhangsan@xinghe.example>",
        "zhangsan@xinghe.example,x@evil.example",
        "zhangsan(x)@xinghe.example",
        "张三@xinghe.example",
        "zhangsan@хinghe.example",
        "zhangsan@xinghe",
        "zhangsan@[127.0.0.1]",
        "zhangsan@.xinghe.example",
        "zhangsan@xinghe.example.",
        "@xinghe.example",
        "zhangsan@",
        "zhangsan",
    ] {
        change(&house, "zhangsan", json!({ "org_email": odd })).await;
        let found = claims(&house, "zhangsan", &["email"]).await;
        assert_eq!(found, object(json!({})), "{odd:?}");
    }
    // userid and mail of this one have an @ too many by themselves.
    let found = claims(&house, "User_007@xh.2", &["email", "profile"]).await;
    assert!(!found.contains_key("email"), "{found:?}");
    assert_eq!(found["preferred_username"], "User_007@xh.2");
    for plain in ["Zhang.San+oidc@xinghe.example", "z_s-1@mail.xinghe.example"] {
        change(&house, "zhangsan", json!({ "org_email": plain })).await;
        let found = claims(&house, "zhangsan", &["email"]).await;
        assert_eq!(found["email"], plain);
    }
}

/// An odd address is no name either.
#[tokio::test]
async fn an_odd_address_makes_no_preferred_username() {
    for source in ["org_email", "org_email_local_part"] {
        let line = format!("preferred_username = \"{source}\"");
        let house = House::plan().upstream(&line).start().await;
        let odd = "root@evil.example@xinghe.example";
        change(&house, "zhangsan", json!({ "org_email": odd })).await;
        let found = claims(&house, "zhangsan", &["profile"]).await;
        assert_eq!(found.get("preferred_username"), None::<&Value>, "{source}");
    }
}

//! The name that was probably meant.

use super::{fault, with};

#[test]
fn a_slip_of_the_finger_is_answered_with_the_name_that_was_meant() {
    for (written, meant) in [
        ("listn", "listen"),
        ("lisetn", "listen"),
        ("lissten", "listen"),
        ("Listen", "listen"),
        ("lesten", "listen"),
    ] {
        assert_eq!(
            fault(&with(&format!("[http]\n{written} = 1"))),
            format!("unknown key `{written}`; did you mean `{meant}`?")
        );
    }
    for (written, meant) in [
        ("sesion_idle", "session_idle"),
        ("session-idle", "session_idle"),
        ("refresh_absolut", "refresh_absolute"),
        ("acess_token", "access_token"),
    ] {
        assert_eq!(
            fault(&with(&format!("[lifetimes]\n{written} = 1"))),
            format!("unknown key `{written}`; did you mean `{meant}`?")
        );
    }
}

#[test]
fn a_name_that_resembles_none_gets_no_guess() {
    for written in ["port", "x", "hostname", "address"] {
        assert_eq!(
            fault(&with(&format!("[http]\n{written} = 1"))),
            format!("unknown key `{written}`")
        );
    }
}

#[test]
fn a_key_of_another_section_is_not_offered() {
    assert_eq!(fault(&with("[http]\nfilter = 1")), "unknown key `filter`");
}

#[test]
fn an_odd_name_is_shown_escaped_and_cut() {
    let name = "\\u001b[31m".to_owned() + &"y".repeat(100);
    let message = fault(&with(&format!("[http]\n\"{name}\" = 1")));
    assert!(
        message.starts_with("unknown key `\\u{1b}[31myyy"),
        "{message}"
    );
    assert!(message.len() < 100, "{message}");
}

/// However many letters differ in their case alone.
#[test]
fn another_case_is_no_edit() {
    let message = fault(&with("[keys]\nalgorithms = [\"eddsa\"]"));
    assert!(message.ends_with("did you mean \"EdDSA\"?"), "{message}");
    let message = fault(&with("[keys]\non_unready = \"WAIT\""));
    assert!(message.ends_with("did you mean \"wait\"?"), "{message}");
}

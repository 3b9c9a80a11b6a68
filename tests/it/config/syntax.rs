//! Text that isn't TOML.

use super::{LEAST, faults, with};

#[test]
fn a_fault_of_syntax_has_line_and_column() {
    assert_eq!(
        faults("issuer = \"http://127.0.0.1:8000\"\n[http\nlisten = \"x\"\n"),
        ["2:6 unclosed table, expected `]`"]
    );
}

#[test]
fn several_faults_of_syntax_are_reported_at_once() {
    let faults = faults("issuer = \n\n[http]\nlisten = 127.0.0.1\n");
    assert!(faults.len() >= 2, "{faults:?}");
    assert!(faults[0].starts_with("1:"), "{faults:?}");
    assert!(
        faults.iter().any(|fault| fault.starts_with("4:")),
        "{faults:?}"
    );
}

#[test]
fn a_broken_file_is_not_checked_further() {
    let faults = faults("[http]\nlistn = \"x\"\n= 1\n");
    assert!(
        faults.iter().all(|fault| fault.starts_with("3:")),
        "{faults:?}"
    );
}

#[test]
fn a_key_that_is_written_twice_hides_no_other_fault() {
    let text = format!(
        "issuer = \"https://a.example.com\"{}",
        LEAST.to_owned() + "[http]\nlistn = 1\n"
    );
    assert_eq!(
        faults(&text),
        [
            "2:1 duplicate key",
            "10:1 unknown key `listn`; did you mean `listen`?"
        ]
    );
}

#[test]
fn line_breaks_of_windows_are_taken() {
    super::loads(&LEAST.replace('\n', "\r\n"));
    assert_eq!(
        faults(&with("[http]\nx = 1").replace('\n', "\r\n")),
        ["10:1 unknown key `x`"]
    );
}

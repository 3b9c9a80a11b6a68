//! What the program says of itself.

use super::process::run;

fn help(command: &[&str]) -> String {
    let mut arguments = command.to_vec();
    arguments.push("--help");
    let ended = run(&arguments, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    ended.stdout
}

/// A change of the command line is a change for operators and their scripts: it is seen here.
#[test]
fn the_help_of_every_command_is_what_was_reviewed() {
    insta::assert_snapshot!("dingpass", help(&[]));
    insta::assert_snapshot!("serve", help(&["serve"]));
    insta::assert_snapshot!("check", help(&["check"]));
    insta::assert_snapshot!("sim", help(&["sim"]));
    insta::assert_snapshot!("demo", help(&["demo"]));
    insta::assert_snapshot!("audit", help(&["audit"]));
    insta::assert_snapshot!("keys", help(&["keys"]));
    for command in [
        "list", "status", "generate", "rotate", "promote", "retire", "revoke", "import", "export",
        "rewrite", "pin", "unpin",
    ] {
        insta::assert_snapshot!(format!("keys_{command}"), help(&["keys", command]));
    }
    insta::assert_snapshot!("healthcheck", help(&["healthcheck"]));
}

/// No command is left out of the snapshots.
#[test]
fn the_help_names_exactly_the_commands_whose_help_was_reviewed() {
    let all = help(&[]);
    let commands: Vec<&str> = all
        .split("Commands:")
        .nth(1)
        .and_then(|rest| rest.split("\n\n").next())
        .unwrap()
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let known = [
        "serve",
        "check",
        "sim",
        "demo",
        "audit",
        "keys",
        "healthcheck",
        "help",
    ];
    assert_eq!(commands, known);
}

/// The version is that of the package.
#[test]
fn the_version_is_told() {
    for arguments in [vec!["--version"], vec!["serve", "--version"]] {
        let ended = run(&arguments, &[]);
        assert_eq!(ended.code, Some(0));
        let version = env!("CARGO_PKG_VERSION");
        assert!(ended.stdout.trim().ends_with(version), "{}", ended.stdout);
    }
}

/// Misuse is exit code 2, as everywhere, with the way to the help.
#[test]
fn wrong_arguments_are_exit_code_2_on_stderr() {
    for arguments in [
        vec![],
        vec!["surve"],
        vec!["serve", "--confg", "x"],
        vec!["serve", "surplus"],
        vec!["demo", "--port", "70000"],
        vec!["sim", "--listen", "localhost"],
    ] {
        let ended = run(&arguments, &[]);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stdout.is_empty(), "{}", ended.stdout);
        let advice = ended.stderr.contains("--help") || ended.stderr.contains("Usage:");
        assert!(advice, "{}", ended.stderr);
    }
    let mistyped = run(&["surve"], &[]);
    assert!(mistyped.stderr.contains("'serve'"), "{}", mistyped.stderr);
}

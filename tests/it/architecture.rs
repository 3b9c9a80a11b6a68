//! The layers of CONTRIBUTING.md, held against the paths in src/.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each top-level module may name, besides itself.
const MAY_SEE: [(&str, &[&str]); 16] = [
    ("clock", &[]),
    ("entropy", &[]),
    ("domain", &["clock", "entropy"]),
    ("config", &["clock", "entropy", "domain"]),
    ("keyring", &["clock", "entropy", "domain"]),
    ("outbound", &["clock", "entropy", "domain"]),
    ("store", &["clock", "entropy", "domain"]),
    ("upstream", &["clock", "entropy", "domain", "outbound"]),
    (
        "protocol",
        &[
            "clock", "entropy", "domain", "keyring", "outbound", "store", "upstream",
        ],
    ),
    (
        "operator",
        &[
            "clock", "entropy", "domain", "keyring", "outbound", "protocol", "store", "upstream",
        ],
    ),
    (
        "web",
        &["clock", "entropy", "domain", "operator", "protocol"],
    ),
    (
        "app",
        &[
            "clock", "entropy", "domain", "config", "keyring", "outbound", "store", "upstream",
            "operator", "protocol", "web",
        ],
    ),
    ("sim", &["clock", "entropy"]),
    ("demo", &["clock", "entropy"]),
    (
        "cli",
        &[
            "app", "clock", "config", "demo", "domain", "entropy", "keyring", "operator",
            "outbound", "sim", "store",
        ],
    ),
    ("main", &["cli"]),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The top-level modules that a source text names by `crate::` or, in main.rs, `dingpass::`.
fn named(text: &str) -> BTreeSet<String> {
    ["crate::", "dingpass::"]
        .iter()
        .flat_map(|start| text.split(start).skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect()
        })
        .filter(|name: &String| MAY_SEE.iter().any(|(module, _)| module == name))
        .collect()
}

/// How deep in the crate a file's module lies: `web/cookie.rs` and `web/pages/mod.rs` at 2.
fn depth(relative: &Path) -> usize {
    let count = relative.components().count();
    if relative.file_name().is_some_and(|name| name == "mod.rs") {
        count - 1
    } else {
        count
    }
}

/// Whether some run of `super::` reaches the crate's root, from where every module is seen.
fn climbs_out(text: &str, depth: usize) -> bool {
    text.contains(&"super::".repeat(depth))
}

/// Imports go downward only; siblings don't see each other; sim and demo stand alone.
#[test]
fn every_module_names_only_what_lies_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 50, "the walk found {} files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let top = relative.iter().next().unwrap().to_str().unwrap();
        let module = top.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let (_, allowed) = MAY_SEE
            .iter()
            .find(|(known, _)| *known == module)
            .unwrap_or_else(|| panic!("{module} has no place in the layers"));
        let text = fs::read_to_string(&file).unwrap();
        for name in named(&text) {
            if name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{} names {name}", relative.display()));
            }
        }
        if climbs_out(&text, depth(relative)) {
            wrong.push(format!("{} climbs out of its module", relative.display()));
        }
        if text.contains("crate::{") {
            wrong.push(format!(
                "{} names several modules of the crate at once, which this guard can't read",
                relative.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The readers of the rule above can see a breach.
#[test]
fn the_guard_sees_a_forbidden_path() {
    let text = "use crate::store::Store;\nfn f() { crate::web::g() }";
    let expected: BTreeSet<String> = ["store", "web"].map(str::to_owned).into();
    assert_eq!(named(text), expected);
}

/// One `super` leads from `web/mod.rs` to the root, two from `web/cookie.rs`.
#[test]
fn the_guard_sees_a_climb_to_the_root() {
    for (file, climb) in [
        ("app.rs", "super::store"),
        ("web/mod.rs", "super::store"),
        ("web/cookie.rs", "super::super::store"),
        ("web/pages/mod.rs", "super::super::store"),
        ("web/pages/home.rs", "super::super::super::store"),
    ] {
        assert!(climbs_out(climb, depth(Path::new(file))), "{file}");
        let shorter = climb.replacen("super::", "", 1);
        assert!(!climbs_out(&shorter, depth(Path::new(file))), "{file}");
    }
}

//! deploy/KEYS.md, the page for operators: every command on it is run as it stands there, by a
//! shell, and every configuration is one that `check` accepts. What a person would type in
//! place of a word in capitals, and the "yes" to a question, is put in here.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Keys as _;
use crate::cli::place::{Place, simulator, text};
use crate::cli::process::Process;
use crate::support::{Browser, SAMPLE, has};

const PAGE: &str = include_str!("../../../../deploy/KEYS.md");

/// Every page that tells of commands.
const PAGES: [(&str, &str); 8] = [
    ("KEYS.md", PAGE),
    ("README.md", include_str!("../../../../README.md")),
    (
        "README.zh-CN.md",
        include_str!("../../../../README.zh-CN.md"),
    ),
    ("CHANGELOG.md", include_str!("../../../../CHANGELOG.md")),
    ("keys/README.md", include_str!("../../../../keys/README.md")),
    ("RUNBOOK.md", include_str!("../../../../deploy/RUNBOOK.md")),
    (
        "deploy/README.md",
        include_str!("../../../../deploy/README.md"),
    ),
    ("SECURITY.md", include_str!("../../../../SECURITY.md")),
];

const COMMANDS: [&str; 12] = [
    "list", "status", "generate", "rotate", "promote", "retire", "revoke", "import", "export",
    "rewrite", "pin", "unpin",
];

/// Nothing takes over by itself while the page is read, whatever the machine's speed.
const CALM: &str = "rotate_every = \"never\"";

const PASSPHRASE: &str = "correct-horse-battery";

/// A block of the page.
#[derive(Debug)]
struct Block {
    /// What stands behind the fence: `sh`, `toml`.
    language: String,
    /// The comment before it, which readers don't see: where it is run.
    setting: String,
    /// The line at which it begins.
    line: usize,
    body: String,
}

fn blocks(language: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut setting = String::new();
    let mut open: Option<(usize, Block)> = None;
    for (number, line) in PAGE.lines().enumerate() {
        let (stripped, indent) = (line.trim_start(), line.len() - line.trim_start().len());
        match (&mut open, stripped.strip_prefix("```")) {
            (Some(_), Some(_)) => {
                let (_, block) = open.take().unwrap();
                blocks.push(block);
            }
            (Some((indent, block)), None) => {
                block.body.push_str(line.get(*indent..).unwrap_or(""));
                block.body.push('\n');
            }
            (None, Some(language)) => {
                let block = Block {
                    language: language.to_owned(),
                    setting: std::mem::take(&mut setting),
                    line: number + 1,
                    body: String::new(),
                };
                open = Some((indent, block));
            }
            (None, None) if !stripped.is_empty() => {
                let comment = stripped.strip_prefix("<!-- ");
                let comment = comment.and_then(|rest| rest.strip_suffix(" -->"));
                comment.unwrap_or("").clone_into(&mut setting);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks.retain(|block| block.language == language);
    blocks
}

/// A place in which blocks are run.
struct Reader {
    place: Place,
    /// The file that the commands are told of.
    config: &'static str,
}

impl Reader {
    fn new(place: Place) -> Self {
        let bin = place.path("bin");
        std::fs::create_dir(&bin).unwrap();
        // A person types "yes".
        let asking = COMMANDS
            .iter()
            .filter(|name| !matches!(**name, "list" | "status" | "export"));
        let asking: Vec<String> = asking.map(|name| format!("\"keys {name}\"")).collect();
        let program = env!("CARGO_BIN_EXE_dingpass");
        let wrapper = format!(
            "#!/bin/sh\ncase \"$1 $2\" in\n{}) exec \"{program}\" \"$@\" --yes ;;\nesac\nexec \"{program}\" \"$@\"\n",
            asking.join("|")
        );
        let path = bin.join("dingpass");
        std::fs::write(&path, wrapper).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        passphrase(&place);
        openssl(&place, "old.pem", &[]);
        openssl(&place, "leaked.pem", &[]);
        openssl(&place, "sealed.pem", &["-aes256", "-pass", "file:pass.txt"]);
        let config = "dingpass.toml";
        Self { place, config }
    }

    /// Runs a block as it stands there, but for the words in capitals and the issuer.
    fn run(&self, block: &Block) -> String {
        let mut body = block
            .body
            .replace("https://login.example.com", &self.place.url(""));
        for word in ["SIGNS", "NEXT", "OLD", "SEALS"] {
            if body.contains(word) {
                body = body.replace(word, &self.kid(word));
            }
        }
        let bin = text(&self.place.path("bin"));
        let output = Command::new("sh")
            .args(["-e", "-u", "-c", &format!("PATH='{bin}':$PATH\n{body}")])
            .current_dir(self.place.path(""))
            .env("TZ", "Asia/Shanghai")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "KEYS.md:{}: {body}\n{said}\n{}",
            block.line,
            String::from_utf8_lossy(&output.stderr)
        );
        said
    }

    /// What a person reads in the list, and types.
    fn kid(&self, word: &str) -> String {
        let (set, state) = match word {
            "SIGNS" => ("RS256", "active"),
            "NEXT" => ("RS256", "next"),
            "OLD" => ("RS256", "retired"),
            _ => ("A256GCM", "active"),
        };
        let file = text(&self.place.path(self.config));
        let list = crate::cli::process::run(&["keys", "list", "--json", "-c", &file], &[]);
        assert_eq!(list.code, Some(0), "{list:?}");
        let list: Value = serde_json::from_str(&list.stdout).unwrap();
        let keys = list["keys"].as_array().unwrap().iter();
        let mut found: Vec<&Value> = keys
            .filter(|key| key["algorithm"] == set && key["state"] == state)
            .collect();
        // One that is yet to be told to take over comes before one that was.
        found.sort_by_key(|key| key["promote_when_ready"] == true);
        let kid = found
            .first()
            .unwrap_or_else(|| panic!("no {word} in {list}"));
        kid["kid"].as_str().unwrap()[..8].to_owned()
    }
}

fn passphrase(place: &Place) {
    let path = place.path("pass.txt");
    std::fs::write(&path, format!("{PASSPHRASE}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn openssl(place: &Place, name: &str, more: &[&str]) {
    let made = Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-out", name])
        .args(more)
        .current_dir(place.path(""))
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(made.success());
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(place.path(name), mode).unwrap();
}

/// A configuration in which `payroll` is an application, too.
fn place(dingtalk: &str) -> Place {
    let place = Place::with_dingtalk(dingtalk);
    place.edit("[keys]", &format!("[keys]\n{CALM}"));
    let payroll = "client_id = \"payroll\"\nclient_secret = \"b-secret-of-at-least-32-characters!!\"\nredirect_uris = [\"http://127.0.0.1:8081/callback\"]";
    place.edit(
        "[[clients]]",
        &format!("[[clients]]\n{payroll}\n\n[[clients]]"),
    );
    place
}

/// A place whose server ran, and was stopped.
fn at_rest() -> Place {
    let place = place("http://127.0.0.1:9000");
    stop(place.serve());
    place
}

fn stop(mut server: Process) {
    server.signal("TERM");
    assert!(server.wait().success(), "{:?}", server.said);
}

/// The commands, from the first to the last, on a server at which people sign in.
#[tokio::test(flavor = "multi_thread")]
async fn every_command_on_the_page_does_what_it_is_there_for() {
    if !has("openssl") {
        return;
    }
    let (_sim, dingtalk) = simulator();
    let reader = Reader::new(place(&dingtalk));
    let mut server = reader.place.serve();
    let rp = reader.place.rp().await;
    rp.sign_in(&mut Browser::new(), &["profile", "offline_access"])
        .await;
    let mut count = 0;
    for block in blocks("sh").iter().filter(|block| block.setting.is_empty()) {
        let said = reader.run(block);
        // `cargo test page -- --nocapture` shows what the page should.
        println!("{}{said}", block.body);
        count += 1;
    }
    assert!(count > 15, "{count}");
    rp_signs_in_anew(&reader.place).await;
    // All members of a list that has seen everything are explained.
    let list = std::fs::read_to_string(reader.place.path("keys/keyring.toml")).unwrap();
    for line in list.lines() {
        if let Some((member, _)) = line.split_once(" = ") {
            assert!(
                PAGE.contains(&format!("`{member}")),
                "{member} of keyring.toml"
            );
        }
    }
    server.signal("TERM");
    assert!(server.wait().success());
}

async fn rp_signs_in_anew(place: &Place) {
    place
        .rp()
        .await
        .sign_in(&mut Browser::new(), &["profile"])
        .await;
}

/// Each in the situation that the page describes.
#[test]
fn every_command_for_a_server_that_does_not_run_does_what_it_is_there_for() {
    if !has("openssl") {
        return;
    }
    let copy = {
        let mut reader = Reader::new(at_rest());
        copy_folder(&reader.place.path("keys"), &reader.place.path("copy"));
        let file = blocks("toml")
            .into_iter()
            .find(|block| block.body.starts_with("# copy.toml"));
        std::fs::write(reader.place.path("copy.toml"), file.unwrap().body).unwrap();
        reader.config = "copy.toml";
        reader
    };
    let mut settings = Vec::new();
    for block in blocks("sh") {
        match block.setting.as_str() {
            "" => continue,
            "before the first start" => {
                let reader = Reader::new(place("http://127.0.0.1:9000"));
                reader.run(&block);
                assert_eq!(super::active(&reader.place, "RS256"), "2024-03");
                stop(reader.place.serve());
            }
            "without a server" => {
                let reader = Reader::new(at_rest());
                let before = super::active(&reader.place, "RS256");
                reader.run(&block);
                assert_ne!(super::active(&reader.place, "RS256"), before);
                stop(reader.place.serve());
            }
            "without a server, on a copy" => {
                if block.body.contains("list") {
                    withdraw(&copy.place.path("copy"));
                }
                let said = copy.run(&block);
                assert!(
                    !said.contains("retired") || block.body.contains("promote"),
                    "{said}"
                );
            }
            "without a server, with a passphrase" => another_passphrase(&block),
            other => panic!("KEYS.md:{}: {other:?} is not known here", block.line),
        }
        settings.push(block.setting);
    }
    assert_eq!(settings.len(), 7, "{settings:?}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700)).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// "write `state = "withdrawn"` at its block, delete its file".
fn withdraw(folder: &Path) {
    let path = folder.join("keyring.toml");
    let list = std::fs::read_to_string(&path).unwrap();
    let mut after = Vec::new();
    for block in list.split("\n\n") {
        if block.contains("state = \"retired\"") {
            let file = block.lines().find_map(|line| line.strip_prefix("file = "));
            std::fs::remove_file(folder.join(file.unwrap().trim_matches('"'))).unwrap();
        }
        after.push(block.replace("state = \"retired\"", "state = \"withdrawn\""));
    }
    assert!(list.contains("state = \"retired\""), "{list}");
    std::fs::write(&path, after.join("\n\n")).unwrap();
}

/// "stop the server, put the new one in the place of the old one, ..., and start".
fn another_passphrase(block: &Block) {
    let before = place("http://127.0.0.1:9000");
    before.edit("[keys]", "[keys]\npassphrase_file = \"pass.txt\"");
    let reader = Reader::new(before);
    stop(reader.place.serve());
    let read = || [".pem", ".key"].map(|suffix| std::fs::read(reader.place.key(suffix)).unwrap());
    let keys = || ["RS256", "A256GCM"].map(|set| super::active(&reader.place, set));
    let (before, kids) = (read(), keys());
    reader.run(block);
    let after = read();
    assert!(before[0] != after[0] && before[1] != after[1]);
    stop(reader.place.serve());
    assert_eq!(keys(), kids);
    let list = reader.place.keys(&["list", "--long"]);
    assert!(list.stdout.contains(".key (encrypted)"), "{}", list.stdout);
}

/// A page that proposes what the program refuses would be worse than none.
#[test]
fn every_configuration_on_the_page_is_fine() {
    let place = Place::new();
    passphrase(&place);
    let mut count = 0;
    for block in blocks("toml") {
        if block.body.starts_with("# copy.toml") {
            continue;
        }
        // Its sections stand in place of those of the sample.
        let kept: Vec<&str> = SAMPLE
            .split_inclusive("\n\n")
            .filter(|part| {
                let head = part.lines().next().unwrap_or("");
                head.starts_with("[[") || !head.starts_with('[') || !block.body.contains(head)
            })
            .collect();
        place.write(&format!("{}\n{}", kept.concat(), block.body));
        let ended = place.run("check", &[]);
        assert_eq!(ended.code, Some(0), "KEYS.md:{}: {ended:?}", block.line);
        let is_credential = block.body.contains("passphrase_credential");
        assert_eq!(
            ended.stdout.lines().count() > 1,
            is_credential,
            "KEYS.md:{}: {ended:?}",
            block.line
        );
        count += 1;
    }
    assert_eq!(count, 4);
}

/// No page tells of a command that there is not.
#[test]
fn every_command_that_a_page_names_is_known() {
    let mut named = 0;
    for (name, page) in PAGES {
        for rest in page.split("dingpass keys ").skip(1) {
            let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            if word.is_empty() {
                continue;
            }
            assert!(
                COMMANDS.contains(&word.as_str()),
                "{name}: dingpass keys {word}"
            );
            named += 1;
        }
    }
    assert!(named > 20, "{named}");
}

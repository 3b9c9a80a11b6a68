//! The files of all private halves written anew, under another passphrase or in plain: the keys
//! stay what they are, and nothing that fails in between loses one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use dingpass::domain::key_change::KeyActor;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::KeyUse;
use dingpass::keyring::{
    ActError, Custody, Kept, KeyringError, Purpose, Remembered, Settings, Wish,
};

use super::{NOW, chmod, edit, files, folder, kid, mode, only, opened, pem, put};
use crate::support::{as_one_who_may_not_write, has, install_crypto, key_settings, private_folder};

const OLD: &str = "correct horse";
const NEW: &str = "another horse";

/// Under `present`; `old` opens what is under it still.
fn settings(present: Option<&str>, old: Option<&str>) -> Settings {
    Settings {
        passphrase: present.map(Into::into),
        old_passphrase: old.map(Into::into),
        ..key_settings()
    }
}

fn start(folder: &Path, present: Option<&str>) -> Result<Custody, KeyringError> {
    install_crypto();
    let settings = settings(present, None);
    Custody::open(
        folder,
        settings,
        Remembered::default(),
        Arc::new(SystemEntropy),
        NOW,
    )
}

fn at_rest(
    folder: &Path,
    present: Option<&str>,
    old: Option<&str>,
) -> Result<Custody, KeyringError> {
    install_crypto();
    let settings = settings(present, old);
    Custody::open_at_rest(
        folder,
        settings,
        Remembered::default(),
        Arc::new(SystemEntropy),
        NOW,
    )
}

/// All of it; gives how the files were that were not as they should be.
fn rewrite(custody: &Custody) -> Result<BTreeMap<String, Kept>, ActError> {
    let rewriting = custody.rewriting(None, NOW)?;
    let kept = rewriting
        .files()
        .iter()
        .map(|it| (it.file.clone(), it.kept))
        .collect();
    custody.rewrite(&custody.prepare(rewriting)?, NOW)?;
    Ok(kept)
}

/// The files of private halves and what is in them.
fn private(folder: &Path) -> BTreeMap<String, String> {
    files(folder)
        .into_iter()
        .filter(|name| name.ends_with(".pem") || name.ends_with(".key"))
        .map(|name| (name.clone(), fs::read_to_string(folder.join(name)).unwrap()))
        .collect()
}

fn is_encrypted(text: &str) -> bool {
    text.starts_with("-----BEGIN ENCRYPTED ")
}

/// Names, states and generation.
fn standing(custody: &Custody) -> (Vec<(String, String)>, u64) {
    let snapshot = custody.snapshot();
    let keys = snapshot.keys.keys.iter();
    let keys = keys.map(|key| (key.kid.clone(), format!("{:?}", key.state)));
    (keys.collect(), snapshot.generation)
}

/// What another program reads with that passphrase.
fn openssl(path: &Path, passphrase: Option<&str>) -> Option<String> {
    let mut command = Command::new("openssl");
    command.args(["pkey", "-pubout", "-in"]).arg(path);
    command.args(["-passin", &format!("pass:{}", passphrase.unwrap_or("none"))]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then_some(text)
}

/// deploy/KEYS.md, "A passphrase": what lay there in plain is encrypted by a server that runs,
/// and no key, name or state is another one afterwards. Its own look finds nothing to tell.
#[test]
fn under_a_server_plain_files_become_encrypted_and_nothing_else_changes() {
    if !has("openssl") {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    let sealed = opened(folder).sealer().seal(Purpose::Flow, b"x").unwrap();
    let public = openssl(&only(folder, ".pem"), None).unwrap();
    let custody = start(folder, Some(OLD)).unwrap();
    let wish = Wish::Generate(KeyUse::Sign(SigningAlg::Rs256));
    custody.act(&wish, KeyActor::Start, None, NOW).unwrap();
    for name in files(folder) {
        if name.ends_with(".pem") {
            chmod(&folder.join(name), 0o440);
        }
    }
    let _ = custody.look(&[], NOW);
    let _ = custody.look(&[], NOW);
    let (before, names) = (standing(&custody), files(folder));
    let untold = custody.snapshot().untold;

    let kept = rewrite(&custody).unwrap();
    assert_eq!(kept.len(), 2, "the next key was encrypted when it was made");
    assert!(kept.values().all(|kept| *kept == Kept::Plain), "{kept:?}");
    assert_eq!(files(folder), names, "nothing is left behind");
    for (name, text) in private(folder) {
        assert!(is_encrypted(&text), "{name}");
        if kept.contains_key(&name) {
            assert_eq!(mode(&folder.join(name)), 0o600);
        }
    }
    let signs = kept.keys().find(|name| name.ends_with(".pem")).unwrap();
    assert_eq!(openssl(&folder.join(signs), Some(OLD)), Some(public));
    assert_eq!(openssl(&folder.join(signs), Some(NEW)), None);
    for later in [0, 1, 2] {
        let looked = custody.look(&[], NOW.plus(Duration::from_secs(later)));
        assert_eq!((looked.changes.len(), looked.fault), (0, None));
    }
    assert_eq!(standing(&custody), before);
    assert_eq!(custody.snapshot().untold, untold);
    let again = start(folder, Some(OLD)).unwrap();
    assert_eq!(standing(&again).0, before.0);
    let keyring = again.keyring();
    assert!(keyring.sealer().open(Purpose::Flow, &sealed).is_some());
}

/// Plain ones, ones under the old passphrase and ones that are right already, side by side, and
/// the keys that seal among them: afterwards the present one opens all, and the old one none.
#[test]
fn at_rest_plain_files_and_two_passphrases_come_under_one() {
    let folder = folder();
    let folder = folder.path();
    let sealed = opened(folder).sealer().seal(Purpose::Flow, b"x").unwrap();
    let wish = Wish::Generate(KeyUse::Sign(SigningAlg::Rs256));
    let act = |custody: Custody| custody.act(&wish, KeyActor::Start, None, NOW).unwrap();
    // One more under each of the two, beside two in plain.
    act(start(folder, Some(OLD)).unwrap());
    let third = act(at_rest(folder, Some(NEW), Some(OLD)).unwrap())
        .made
        .unwrap();
    let before = standing(&at_rest(folder, Some(NEW), Some(OLD)).unwrap()).0;
    assert_eq!(before.len(), 4);

    let kept = rewrite(&at_rest(folder, Some(NEW), Some(OLD)).unwrap()).unwrap();
    let mut said: Vec<Kept> = kept.values().copied().collect();
    said.sort_by_key(|kept| format!("{kept:?}"));
    assert_eq!(said, [Kept::OldPassphrase, Kept::Plain, Kept::Plain]);
    assert!(!kept.keys().any(|name| name.contains(&third[..8])));
    let custody = start(folder, Some(NEW)).unwrap();
    assert_eq!(standing(&custody).0, before);
    let keyring = custody.keyring();
    assert!(keyring.sealer().open(Purpose::Flow, &sealed).is_some());
    assert!(start(folder, Some(OLD)).is_err());

    // And back into plain, of which it is said before that it makes them weaker.
    let plain = at_rest(folder, None, Some(NEW)).unwrap();
    assert!(plain.rewriting(None, NOW).unwrap().weakens());
    assert_eq!(rewrite(&plain).unwrap().len(), 4);
    assert!(!private(folder).values().any(|text| is_encrypted(text)));
    assert_eq!(standing(&start(folder, None).unwrap()).0, before);
    assert!(!plain.rewriting(None, NOW).unwrap().weakens());
}

/// A wrong old passphrase, or one file alone that can't be read, is found before anything is
/// written.
#[test]
fn what_can_not_be_read_as_a_whole_is_not_written_in_part() {
    let folder = private_folder();
    let folder = folder.path();
    drop(start(folder, Some(OLD)).unwrap());
    let before = private(folder);
    let refused = at_rest(folder, Some(NEW), Some("a wrong horse"))
        .err()
        .unwrap();
    let words = refused.to_string();
    assert!(
        words.contains("neither") && words.contains("nothing was changed"),
        "{words}"
    );
    assert!(!words.contains("horse"), "{words}");
    assert_eq!(private(folder), before);

    // A start passes by the file of a sealing key that is over, whatever is in it.
    let over = "20260101T000000Z-A256GCM-zz.key";
    put(folder, over, "damaged");
    edit(folder, |list| {
        format!(
            "{list}\n[[sealing]]\nid = \"zz\"\nstate = \"revoked\"\ncreated_at = \"2026-01-01T00:00:00Z\"\n"
        )
    });
    let refused = rewrite(&at_rest(folder, Some(NEW), Some(OLD)).unwrap()).unwrap_err();
    assert!(refused.to_string().contains(over), "{refused}");
    fs::remove_file(folder.join(over)).unwrap();
    assert_eq!(private(folder), before);
}

/// A kill between two files: each is whole, the start says in one sentence what happened and
/// what to run, and that does the rest.
#[test]
fn what_was_broken_off_is_named_at_the_start_and_finished_by_a_second_run() {
    let folder = folder();
    let folder = folder.path();
    let custody = start(folder, Some(OLD)).unwrap();
    rewrite(&custody).unwrap();
    let before = private(folder);
    rewrite(&at_rest(folder, Some(NEW), Some(OLD)).unwrap()).unwrap();
    // The kill came after the first of them, and left one that was not in its place.
    let sealing = only(folder, ".key")
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    put(folder, &sealing, &before[&sealing]);
    put(folder, &format!(".{sealing}.new"), "in plain");

    let signing = only(folder, ".pem")
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    for (present, stuck, opens) in [(NEW, &sealing, &signing), (OLD, &signing, &sealing)] {
        let words = start(folder, Some(present)).err().unwrap().to_string();
        assert!(words.contains("broken off"), "{words}");
        assert!(
            words.contains("dingpass keys rewrite --old-passphrase-file"),
            "{words}"
        );
        assert!(
            words.contains(&format!("{stuck} can't be opened")),
            "{words}"
        );
        assert!(words.contains(&format!("but opens {opens}")), "{words}");
    }
    put(folder, &format!(".{sealing}.new"), "in plain");
    let kept = rewrite(&at_rest(folder, Some(NEW), Some(OLD)).unwrap()).unwrap();
    assert_eq!(
        kept.into_iter().collect::<Vec<_>>(),
        [(sealing, Kept::OldPassphrase)]
    );
    assert!(files(folder).iter().all(|name| !name.ends_with(".new")));
    drop(start(folder, Some(NEW)).unwrap());
}

/// A passphrase that opens none, and none at all: the command is named.
#[test]
fn a_start_with_another_passphrase_names_the_command() {
    let folder = private_folder();
    drop(start(folder.path(), Some(OLD)).unwrap());
    for present in [Some(NEW), None] {
        let words = start(folder.path(), present).err().unwrap().to_string();
        assert!(
            words.contains("dingpass keys rewrite --old-passphrase-file"),
            "{words}"
        );
        assert!(
            !words.contains("broken off") && !words.contains("horse"),
            "{words}"
        );
    }
}

/// What can't be written shows before the first file is touched.
#[test]
fn a_disk_that_takes_no_second_file_leaves_all_as_they_were() {
    let folder = folder();
    let folder = folder.path();
    let custody = start(folder, Some(OLD)).unwrap();
    let before = private(folder);
    let name = only(folder, ".key")
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let in_the_way = folder.join(format!(".{name}.new"));
    fs::create_dir(&in_the_way).unwrap();
    let refused = rewrite(&custody).unwrap_err();
    assert!(matches!(refused, ActError::Failed(_)), "{refused}");
    assert_eq!(private(folder), before);
    let left: Vec<String> = files(folder);
    assert_eq!(
        left.iter().filter(|name| name.ends_with(".new")).count(),
        1,
        "{left:?}"
    );
    assert!(custody.fault().is_some());
    fs::remove_dir(&in_the_way).unwrap();
    rewrite(&custody).unwrap();
    assert_eq!(custody.fault(), None);
    assert!(private(folder).values().all(|text| is_encrypted(text)));
}

/// What a link leads to would stay there in plain.
#[test]
fn a_link_is_not_replaced_by_a_file() {
    let folder = folder();
    let elsewhere = private_folder();
    let path = only(folder.path(), ".pem");
    let target = elsewhere.path().join("key.pem");
    fs::rename(&path, &target).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let before = private(folder.path());
    let custody = start(folder.path(), Some(OLD)).unwrap();
    let words = rewrite(&custody).unwrap_err().to_string();
    assert!(words.contains("it is a link"), "{words}");
    assert_eq!(private(folder.path()), before);
}

/// A key whose file gives it a name (a JWK) keeps that when the file says it no more.
#[test]
fn a_key_that_was_named_by_its_file_keeps_its_name() {
    let folder = folder();
    let folder = folder.path();
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"by-hand","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    put(folder, "by-hand.pem", jwk);
    let custody = at_rest(folder, Some(OLD), None).unwrap();
    rewrite(&custody).unwrap();
    let text = &private(folder)["by-hand.pem"];
    assert!(is_encrypted(text));
    let list = fs::read_to_string(folder.join("keyring.toml")).unwrap();
    assert!(list.contains("kid = \"by-hand\""), "{list}");
    drop(start(folder, Some(OLD)).unwrap());
}

/// What somebody puts there meanwhile is read first, and never written over.
#[test]
fn a_file_that_was_changed_since_it_was_read_is_left_alone() {
    let folder = folder();
    let folder = folder.path();
    let custody = start(folder, Some(OLD)).unwrap();
    let prepared = custody
        .prepare(custody.rewriting(None, NOW).unwrap())
        .unwrap();
    put(folder, "by-hand.pem", pem(1));
    let before = private(folder);
    let refused = custody.rewrite(&prepared, NOW).unwrap_err();
    assert!(matches!(refused, ActError::ChangedMeanwhile), "{refused}");
    assert_eq!(private(folder), before);
    // Nor where the watch took it up in the meantime: what was prepared lacks it.
    let _ = custody.look(&[], NOW);
    let _ = custody.look(&[], NOW);
    let refused = custody.rewrite(&prepared, NOW).unwrap_err();
    assert!(matches!(refused, ActError::ChangedMeanwhile), "{refused}");
    assert_eq!(private(folder), before);
    assert_eq!(rewrite(&custody).unwrap().len(), 3);
    assert!(custody.snapshot().keys.find(&kid(pem(1))).is_some());
}

/// Managed from outside: nothing is written.
#[test]
fn in_a_folder_that_can_t_be_written_no_file_is_rewritten() {
    as_one_who_may_not_write(
        module_path!(),
        "in_a_folder_that_can_t_be_written_no_file_is_rewritten",
        || {
            let folder = folder();
            chmod(folder.path(), 0o500);
            let refused = rewrite(&at_rest(folder.path(), Some(OLD), None).unwrap());
            chmod(folder.path(), 0o700);
            assert!(matches!(refused, Err(ActError::ReadOnly)));
        },
    );
}

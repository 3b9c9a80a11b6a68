//! What must hold whatever is done to the folder, and whenever a process starts: a start hands
//! nothing over, what was revoked stays so, what still lives can be verified.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::Timestamp;
use dingpass::domain::id::ClientId;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::{KeyState, KeyUse};
use dingpass::keyring::rotation::{Act, ActRefused};
use dingpass::keyring::{ActError, Custody, Fault, PrivateKey, Remembered, Settings, Wish};

use super::shown::{DAY, RS256, published, seconds, signer, state_of};
use super::{NOW, chmod, edit, files, folder, kid, only, pem, put, refusal, unserved_folder};
use crate::support::{install_crypto, key_settings};

/// A schedule of seconds: the wait is four, a turn is twenty; a token lives for thirty, and a
/// key stays for one more.
fn quick() -> Settings {
    let mut settings = key_settings();
    settings.policy.rotate_every = Some(seconds(20));
    settings.policy.publish_before = seconds(4);
    settings.policy.jwks_max_age = seconds(2);
    settings.policy.token_life = seconds(30);
    settings.policy.sealed_life = seconds(30);
    settings.policy.retire_margin = seconds(1);
    settings
}

fn open(folder: &Path, now: Timestamp) -> Custody {
    install_crypto();
    Custody::open(
        folder,
        quick(),
        Remembered::default(),
        Arc::new(SystemEntropy),
        now,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

fn look_twice(custody: &Custody, now: Timestamp) -> Option<Fault> {
    let _ = custody.look(&[], now);
    custody.look(&[], now).fault
}

fn act(custody: &Custody, wish: &Wish, now: Timestamp) -> Result<(), ActError> {
    let actor = KeyActor::Operator { uid: None };
    custody.act(wish, actor, None, now).map(drop)
}

fn revoke(custody: &Custody, kid: &str, now: Timestamp) {
    let wish = Wish::Revoke {
        kid: kid.to_owned(),
        keep_sessions: false,
    };
    act(custody, &wish, now).unwrap();
}

fn import(custody: &Custody, pem: &str, now: Timestamp) -> Result<(), ActError> {
    let wish = Wish::Import {
        key: Arc::new(PrivateKey::parse(pem.as_bytes(), None).unwrap()),
        algorithm: SigningAlg::Rs256,
        kid: None,
    };
    act(custody, &wish, now)
}

/// Issue, on_unready = "wait": a restart must not let a next key take over that the schedule
/// held back. Nobody has asked yet who lacks it.
#[test]
fn a_start_hands_nothing_over_that_was_held_back() {
    let folder = unserved_folder();
    let custody = open(folder.path(), NOW);
    let first = signer(&custody);
    let mut now = NOW;
    for _ in 0..40 {
        now = now.plus(seconds(1));
        let _ = custody.look(&[RS256], now);
    }
    assert_eq!(published(&custody).len(), 2, "the next key is there");
    custody.rest(now);
    drop(custody);
    let custody = open(folder.path(), now);
    assert_eq!(signer(&custody), first, "by the start");
    let _ = custody.look(&[RS256], now);
    assert_eq!(signer(&custody), first, "by a look that holds it back");
    let _ = custody.look(&[], now);
    assert_ne!(signer(&custody), first, "what was served was not lost");
}

/// "Its name never comes back": an older list (an editor that had it open, a backup) doesn't
/// know that a key was revoked since.
#[test]
fn a_revoked_key_stays_revoked_when_an_older_list_comes_back() {
    let folder = folder();
    put(folder.path(), "second.pem", pem(1));
    let custody = open(folder.path(), NOW);
    let rotate = Act::Rotate {
        key_use: RS256,
        now: true,
    };
    act(&custody, &Wish::Act(rotate), NOW).unwrap();
    let (old, new) = (kid(pem(0)), kid(pem(1)));
    assert_eq!(state_of(&custody, &old), Some(KeyState::Retired));
    let backup: Vec<(String, String)> = files(folder.path())
        .into_iter()
        .map(|name| {
            (
                name.clone(),
                fs::read_to_string(folder.path().join(name)).unwrap(),
            )
        })
        .collect();
    revoke(&custody, &old, NOW);
    for (name, text) in &backup {
        put(folder.path(), name, text);
    }
    assert_eq!(look_twice(&custody, NOW), None);
    assert_eq!(state_of(&custody, &old), Some(KeyState::Revoked));
    assert_eq!(published(&custody), std::slice::from_ref(&new));
    // It is written down, too, and what it signed is still to be ended.
    drop(custody);
    let custody = open(folder.path(), NOW);
    assert_eq!(state_of(&custody, &old), Some(KeyState::Revoked));
    assert_eq!(published(&custody), [new]);
    let keys = custody.snapshot().keys;
    assert!(keys.find(&old).unwrap().to_end);
    assert!(matches!(
        import(&custody, pem(0), NOW),
        Err(ActError::Refused(ActRefused::KidRevoked { .. }))
    ));
}

/// A list that is removed while a server has it takes nothing with it: neither what was
/// revoked, nor what verifies, nor who is pinned.
#[test]
fn a_list_that_is_removed_under_a_server_is_written_again() {
    let folder = folder();
    put(folder.path(), "second.pem", pem(1));
    put(folder.path(), "third.pem", pem(2));
    let custody = open(folder.path(), NOW);
    let (first, second, third) = (kid(pem(0)), kid(pem(1)), kid(pem(2)));
    let promote = Act::Promote {
        kid: second.clone(),
        now: true,
    };
    act(&custody, &Wish::Act(promote), NOW).unwrap();
    let mut now = NOW;
    while state_of(&custody, &first) != Some(KeyState::Withdrawn) {
        now = now.plus(seconds(1));
        let _ = custody.look(&[RS256], now);
    }
    revoke(&custody, &third, now);
    let pin = Act::Pin {
        client: ClientId::new("wiki"),
        kid: second.clone(),
        until: now.plus(DAY),
    };
    act(&custody, &Wish::Act(pin), now).unwrap();
    let before = custody.snapshot().keys;
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    assert_eq!(look_twice(&custody, now), None);
    assert_eq!(state_of(&custody, &first), Some(KeyState::Withdrawn));
    assert_eq!(state_of(&custody, &second), Some(KeyState::Active));
    assert_eq!(state_of(&custody, &third), Some(KeyState::Revoked));
    assert_eq!(custody.snapshot().keys.pins, before.pins);
    drop(custody);
    let custody = open(folder.path(), now);
    assert_eq!(state_of(&custody, &third), Some(KeyState::Revoked));
    assert_eq!(state_of(&custody, &first), Some(KeyState::Withdrawn));
    assert_eq!(custody.snapshot().keys.pins, before.pins);
}

/// A retired key of which nobody knows until when it signed (the list is gone, or a person
/// wrote it) stays for as long as a token lives that it may have signed a moment ago.
#[test]
fn a_retired_key_of_unknown_past_stays_until_its_tokens_have_ended() {
    type Lose = fn(&Path);
    let lost: [(&str, Lose); 2] = [
        ("no list", |it| {
            fs::remove_file(it.join("keyring.toml")).unwrap();
        }),
        ("no times", |it| {
            edit(it, |list| {
                let kept = list.lines().filter(|line| {
                    let times = ["published_at", "activated_at", "retired_at", "signs_for_ms"];
                    !times.iter().any(|name| line.starts_with(name))
                });
                let kept: Vec<&str> = kept.collect();
                kept.join("\n")
            });
        }),
    ];
    for (what, lose) in lost {
        let folder = folder();
        put(folder.path(), "second.pem", pem(1));
        let custody = open(folder.path(), NOW);
        let rotate = Act::Rotate {
            key_use: RS256,
            now: true,
        };
        act(&custody, &Wish::Act(rotate), NOW).unwrap();
        drop(custody);
        lose(folder.path());
        let mut now = NOW.plus(seconds(1));
        let custody = open(folder.path(), now);
        assert_eq!(signer(&custody), kid(pem(1)), "{what}");
        let sealed = custody.keyring().sealer();
        drop(sealed);
        for _ in 0..30 {
            assert!(published(&custody).contains(&kid(pem(0))), "{what}");
            now = now.plus(seconds(1));
            let _ = custody.look(&[RS256, KeyUse::Seal], now);
        }
        for _ in 0..3 {
            now = now.plus(seconds(1));
            let _ = custody.look(&[RS256, KeyUse::Seal], now);
        }
        assert!(!published(&custody).contains(&kid(pem(0))), "{what}");
    }
}

/// Issue: the server goes on signing with a published key. A secret store that exchanges the
/// one file for another takes the signing key away before anybody knows the new one.
#[test]
fn a_key_that_nobody_has_does_not_sign_because_the_old_file_vanished() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let first = kid(pem(0));
    fs::remove_file(only(folder.path(), ".pem")).unwrap();
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    put(folder.path(), "20270101T000000Z-RS256-b.pem", pem(1));
    let fault = look_twice(&custody, NOW).expect("it is said");
    assert!(fault.words().contains(&first), "{}", fault.words());
    assert_eq!(signer(&custody), first);
    assert_eq!(published(&custody), std::slice::from_ref(&first));
    // With the old one beside it all is well.
    put(folder.path(), "20260101T000000Z-RS256-a.pem", pem(0));
    assert_eq!(look_twice(&custody, NOW), None);
    assert_eq!(signer(&custody), first);
    assert_eq!(published(&custody).len(), 2);
}

/// Issue, "a full disk": a start that can't write what is due goes on with the keys that are
/// there, says so, and does it when it can; it does not take the folder for another's.
#[test]
fn a_start_on_a_full_disk_goes_on_when_there_is_room() {
    let folder = folder();
    put(folder.path(), "second.pem", pem(1));
    let custody = open(folder.path(), NOW);
    let rotate = Act::Rotate {
        key_use: RS256,
        now: true,
    };
    act(&custody, &Wish::Act(rotate), NOW).unwrap();
    let mut now = NOW;
    for _ in 0..29 {
        now = now.plus(seconds(1));
        let _ = custody.look(&[RS256, KeyUse::Seal], now);
    }
    custody.rest(now);
    drop(custody);
    // Nothing can be put in the place of the list any more.
    let in_the_way = folder.path().join(".keyring.toml.new");
    fs::create_dir(&in_the_way).unwrap();
    let mut settings = quick();
    settings.policy.retire_margin = Duration::ZERO;
    settings.policy.token_life = seconds(2);
    edit(folder.path(), |list| {
        list.replace("signs_for_ms = 600000", "signs_for_ms = 2000")
    });
    let custody = Custody::open(
        folder.path(),
        settings,
        Remembered::default(),
        Arc::new(SystemEntropy),
        now,
    )
    .unwrap();
    let fault = custody.fault();
    assert!(
        matches!(fault.as_deref(), Some(Fault::Unwritable(_))),
        "{fault:?} {:#?}",
        custody.snapshot().keys
    );
    assert!(!custody.snapshot().read_only);
    assert_eq!(signer(&custody), kid(pem(1)));
    assert_eq!(state_of(&custody, &kid(pem(0))), Some(KeyState::Retired));
    fs::remove_dir(&in_the_way).unwrap();
    let looked = custody.look(&[RS256, KeyUse::Seal], now);
    assert_eq!(looked.fault, None);
    assert_eq!(state_of(&custody, &kid(pem(0))), Some(KeyState::Withdrawn));
    assert!(
        looked
            .changes
            .iter()
            .any(|change| change.kid == kid(pem(0)))
    );
}

/// Issue, 7: each change is told at least once, and not again and again while the disk is full.
#[test]
fn what_was_told_is_not_told_again_because_the_disk_is_full() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    act(&custody, &Wish::Generate(RS256), NOW).unwrap();
    let count = custody.snapshot().untold.len();
    assert!(count > 0);
    let in_the_way = folder.path().join(".keyring.toml.new");
    fs::create_dir(&in_the_way).unwrap();
    assert!(custody.told(count, NOW).is_err(), "it can't be written");
    assert_eq!(custody.snapshot().untold, []);
    fs::remove_dir(&in_the_way).unwrap();
    custody.rest(NOW);
    drop(custody);
    assert_eq!(open(folder.path(), NOW).snapshot().untold, []);
}

/// Issue, 3: a key that is revoked by hand in the list (where the folder is managed from
/// outside there is no other way) ends what it signed, as by the command.
#[test]
fn a_key_that_is_revoked_by_hand_ends_what_it_signed() {
    let folder = folder();
    put(folder.path(), "second.pem", pem(1));
    let custody = open(folder.path(), NOW);
    edit(folder.path(), |list| {
        list.replacen("state = \"active\"", "state = \"revoked\"", 1)
    });
    assert_eq!(look_twice(&custody, NOW), None);
    let old = kid(pem(0));
    assert_eq!(state_of(&custody, &old), Some(KeyState::Revoked));
    assert_eq!(signer(&custody), kid(pem(1)));
    assert!(custody.snapshot().keys.find(&old).unwrap().to_end);
}

/// Issue, 6: what a start would refuse is said while the server runs, and not first by a start
/// that fails.
#[test]
fn what_a_start_would_refuse_is_said_by_the_server_that_runs() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let link = folder.path().join("x.pem");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let fault = look_twice(&custody, NOW).expect("a link that leads nowhere");
    assert!(fault.words().contains("x.pem"), "{}", fault.words());
    fs::remove_file(&link).unwrap();
    assert_eq!(look_twice(&custody, NOW), None);
    chmod(folder.path(), 0o777);
    let fault = look_twice(&custody, NOW).expect("a folder that others write into");
    assert!(fault.words().contains("0777"), "{}", fault.words());
    chmod(folder.path(), 0o700);
    assert_eq!(look_twice(&custody, NOW), None);
}

/// A file without end is no key: it is not read into memory.
#[test]
fn a_file_that_is_far_too_long_for_a_key_is_refused_unread() {
    for name in ["x.pem", "x.key", "keyring.toml"] {
        let folder = folder();
        put(folder.path(), name, "");
        let file = fs::OpenOptions::new()
            .write(true)
            .open(folder.path().join(name))
            .unwrap();
        file.set_len(1 << 40).unwrap();
        assert!(refusal(folder.path()).contains("too long"), "{name}");
    }
}

/// The probe for writing follows no link: in a folder that others write into (sticky, as
/// secrets are mounted) it would empty a file of ours that they name.
#[test]
fn the_probe_for_writing_empties_no_other_file() {
    let folder = folder();
    let other = folder.path().join("precious");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, folder.path().join(".probe.new")).unwrap();
    drop(open(folder.path(), NOW));
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
}

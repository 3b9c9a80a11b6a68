//! The folder while a server has it: what is changed there by hand or by a secret store, what
//! can't be read, what can't be written, and what time that was not served is worth.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dingpass::clock::Timestamp;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::{Key, KeyState, KeyUse};
use dingpass::keyring::rotation::Act;
use dingpass::keyring::{ActError, Custody, Fault, KeyringError, Remembered, Settings, Wish};

use super::shown::{DAY, RS256, published, signer};
use super::{
    NOW, chmod, edit, files, folder, kid, only, pem, private_folder, put, unserved_folder,
};
use crate::support::{as_one_who_may_not_write, install_crypto, jwks_of, key_settings};

/// The file of the first key. Looked for as a whole: another one's kid may begin like its end.
const FIRST: &str = "20260101T000000Z-RS256-a.pem";
const HOUR: Duration = Duration::from_secs(3_600);

fn try_open(folder: &Path, settings: Settings, now: Timestamp) -> Result<Custody, KeyringError> {
    install_crypto();
    Custody::open(
        folder,
        settings,
        Remembered::default(),
        Arc::new(SystemEntropy),
        now,
    )
}

fn open(folder: &Path, now: Timestamp) -> Custody {
    try_open(folder, key_settings(), now).unwrap_or_else(|error| panic!("{error}"))
}

/// A schedule of seconds: the wait is four, a turn is twenty.
fn quick() -> Settings {
    let mut settings = key_settings();
    settings.policy.rotate_every = Some(Duration::from_secs(20));
    settings.policy.publish_before = Duration::from_secs(4);
    settings.policy.jwks_max_age = Duration::from_secs(2);
    settings.policy.token_life = Duration::from_secs(3);
    settings.policy.retire_margin = Duration::from_secs(1);
    settings
}

fn key_of(custody: &Custody, kid: &str) -> Key {
    custody
        .snapshot()
        .keys
        .find(kid)
        .expect("it is listed")
        .clone()
}

/// Two looks: a folder that changed is read when it has been quiet in between.
fn look_twice(custody: &Custody, now: Timestamp) -> Option<Fault> {
    let _ = custody.look(&[], now);
    custody.look(&[], now).fault
}

/// A file that is copied into the folder is published, and signs when its turn comes.
#[test]
fn a_key_that_is_put_into_the_folder_is_published_and_does_not_sign() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let before = signer(&custody);
    put(folder.path(), "by-hand.pem", pem(1));
    let first = custody.look(&[], NOW);
    assert!(first.changes.is_empty(), "somebody may still be copying");
    let second = custody.look(&[], NOW);
    assert_eq!(second.fault, None);
    let [change] = &second.changes[..] else {
        panic!("{:?}", second.changes);
    };
    assert_eq!(
        (change.kid.as_str(), change.to),
        (&*kid(pem(1)), Some(KeyState::Next))
    );
    assert_eq!(change.actor, KeyActor::Folder);
    assert_eq!(signer(&custody), before);
    assert_eq!(published(&custody).len(), 2);
    assert_eq!(key_of(&custody, &kid(pem(1))).state, KeyState::Next);
    // And it is in the list, for the next start.
    assert_eq!(published(&open(folder.path(), NOW)).len(), 2);
}

/// A state that is turned by hand in the list is in force within two looks.
#[test]
fn an_edit_of_the_list_is_taken_up() {
    let folder = folder();
    put(folder.path(), "other.pem", pem(1));
    let custody = open(folder.path(), NOW);
    assert_eq!(published(&custody).len(), 2);
    let other = kid(pem(1));
    edit(folder.path(), |list| {
        list.replacen("state = \"next\"", "state = \"revoked\"", 1)
    });
    assert_eq!(look_twice(&custody, NOW), None);
    assert_eq!(key_of(&custody, &other).state, KeyState::Revoked);
    assert_eq!(published(&custody), [kid(pem(0))]);
    assert!(!folder.path().join("other.pem").exists());
}

/// Bad input of every kind: it is refused as a whole, said, and the old set goes on; when it is
/// put right again, that is said too.
#[test]
fn a_broken_folder_is_refused_as_a_whole_and_the_old_set_goes_on() {
    type Break = fn(&Path);
    let breaks: [(&str, Break, &str); 9] = [
        (
            "a truncated key",
            |it| put(it, "x.pem", &pem(1)[..700]),
            "x.pem",
        ),
        (
            "a key for everybody",
            |it| {
                put(it, "x.pem", pem(1));
                chmod(&it.join("x.pem"), 0o644);
            },
            "0644",
        ),
        ("a public key", |it| put(it, "x.pem", PUBLIC), "public"),
        ("no key", |it| put(it, "x.pem", "hello\n"), "x.pem"),
        (
            "a second file of one key",
            |it| put(it, "x.pem", pem(0)),
            "another file",
        ),
        (
            "two files of one new key",
            |it| {
                put(it, "x.pem", pem(1));
                put(it, "y.pem", pem(1));
            },
            "another file",
        ),
        (
            "a list with a slip",
            |it| {
                edit(it, |list| list.replacen("state = ", "sate = ", 1));
            },
            "keyring.toml",
        ),
        (
            "a list of another key",
            |it| {
                fs::write(only(it, ".pem"), pem(1)).unwrap();
            },
            "another key",
        ),
        (
            "a key that is gone",
            |it| {
                fs::remove_file(only(it, ".pem")).unwrap();
            },
            ".pem",
        ),
    ];
    for (what, break_it, words) in breaks {
        let folder = folder();
        let custody = open(folder.path(), NOW);
        let copy = private_folder();
        for name in files(folder.path()) {
            fs::copy(folder.path().join(&name), copy.path().join(&name)).unwrap();
        }
        let token = custody.keyring().sealer();
        break_it(folder.path());
        let fault = look_twice(&custody, NOW).unwrap_or_else(|| panic!("{what} was taken"));
        assert!(matches!(fault, Fault::Unreadable(_)), "{what}: {fault:?}");
        assert!(fault.words().contains(words), "{what}: {}", fault.words());
        assert_eq!(signer(&custody), kid(pem(0)), "{what}");
        assert_eq!(published(&custody), [kid(pem(0))], "{what}");
        let sealed = custody
            .keyring()
            .sealer()
            .seal(dingpass::keyring::Purpose::Flow, b"x");
        assert!(
            token
                .open(dingpass::keyring::Purpose::Flow, &sealed.unwrap())
                .is_some()
        );
        // Nothing is written over what somebody is doing there.
        let before = files(folder.path());
        let late = NOW.plus(89 * DAY);
        let _ = custody.look(&[], late);
        assert_eq!(files(folder.path()), before, "{what}");
        let act = Wish::Generate(RS256);
        let refused = custody.act(&act, KeyActor::Schedule, None, late);
        assert!(matches!(refused, Err(ActError::Broken(_))), "{what}");
        // Put right: taken up again, and no fault is left.
        for name in files(folder.path()) {
            fs::remove_file(folder.path().join(&name)).unwrap();
        }
        for name in files(copy.path()) {
            fs::copy(copy.path().join(&name), folder.path().join(&name)).unwrap();
            chmod(&folder.path().join(&name), 0o600);
        }
        assert_eq!(look_twice(&custody, NOW), None, "{what}");
        assert_eq!(signer(&custody), kid(pem(0)), "{what}");
    }
}

/// The public half of a throw-away key.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWZkGfSxzFfJJ4qXGAFHEMRKLuA8e\nnFCQkNbWFxKpXn3iJHgFyv6x4q9hnKP6gQ4NxY5zY1Q0o1f0vFzK6cYk3Q==\n-----END PUBLIC KEY-----\n";

/// A folder that goes away, or that nobody may read any more.
#[test]
fn a_folder_that_can_t_be_read_any_more_changes_nothing() {
    let parent = private_folder();
    let place = parent.path().join("keys");
    let custody = open(&place, NOW);
    let before = (signer(&custody), published(&custody));
    fs::rename(&place, parent.path().join("elsewhere")).unwrap();
    let fault = look_twice(&custody, NOW).expect("it is said");
    assert!(matches!(fault, Fault::Unreadable(_)), "{fault:?}");
    assert_eq!((signer(&custody), published(&custody)), before);
    fs::rename(parent.path().join("elsewhere"), &place).unwrap();
    assert_eq!(look_twice(&custody, NOW), None);
    assert_eq!((signer(&custody), published(&custody)), before);
}

/// How Kubernetes renews a mounted secret: a new hidden folder, and one rename of a link.
#[test]
fn a_swapped_link_is_taken_up() {
    let source = folder();
    let mount = private_folder();
    let fill = |hidden: &str| {
        let inner = mount.path().join(hidden);
        fs::create_dir(&inner).unwrap();
        chmod(&inner, 0o700);
        for name in files(source.path()) {
            fs::copy(source.path().join(&name), inner.join(&name)).unwrap();
            chmod(&inner.join(&name), 0o440);
        }
    };
    fill("..one");
    symlink("..one", mount.path().join("..data")).unwrap();
    for name in files(source.path()) {
        symlink(format!("..data/{name}"), mount.path().join(&name)).unwrap();
    }
    let custody = open(mount.path(), NOW);
    assert_eq!(published(&custody), [kid(pem(0))]);
    // The source gets another key, and the list says that it is the next one.
    put(source.path(), "second.pem", pem(1));
    drop(open(source.path(), NOW));
    fill("..two");
    symlink("..data/second.pem", mount.path().join("second.pem")).unwrap();
    symlink("..two", mount.path().join("..data_tmp")).unwrap();
    fs::rename(mount.path().join("..data_tmp"), mount.path().join("..data")).unwrap();
    assert_eq!(look_twice(&custody, NOW), None);
    let mut both = vec![kid(pem(0)), kid(pem(1))];
    both.sort();
    assert_eq!(published(&custody), both);
    assert_eq!(signer(&custody), kid(pem(0)));
}

/// A turn, second by second: made, published, signs, withdrawn; the file goes with it.
#[test]
fn the_schedule_turns_keys_without_anybody() {
    let folder = private_folder();
    put(folder.path(), "20260101T000000Z-RS256-a.pem", pem(0));
    let custody = try_open(folder.path(), quick(), NOW).unwrap();
    let first = kid(pem(0));
    let (mut published_at, mut signs_at, mut gone_at) = (None, None, None);
    for quarter in 0..160 {
        let second = Duration::from_millis(250) * quarter;
        let now = NOW.plus(second);
        let _ = custody.look(&[], now);
        let kids = published(&custody);
        assert!(kids.contains(&signer(&custody)), "who signs is published");
        if kids.len() > 1 && published_at.is_none() {
            published_at = Some(second);
        }
        if signer(&custody) != first && signs_at.is_none() {
            signs_at = Some(second);
        }
        if !kids.contains(&first) && gone_at.is_none() {
            gone_at = Some(second);
        }
    }
    assert_eq!(
        (published_at, signs_at, gone_at),
        // Each state counts from the look after the one that began it.
        [16_000, 20_250, 24_500]
            .map(|time| Some(Duration::from_millis(time)))
            .into()
    );
    assert_eq!(key_of(&custody, &first).state, KeyState::Withdrawn);
    assert!(!files(folder.path()).contains(&FIRST.to_owned()));
    // The public half goes on verifying hints.
    let public = key_of(&custody, &first).public.unwrap();
    assert!(public.contains(&first) && !public.contains("\"d\""));
}

/// Time in which no server was there is no time in which a key was published.
#[test]
fn a_month_off_is_no_month_of_publication() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let first = signer(&custody);
    // The next key comes after 83 days, and the server goes off an hour later.
    let mut now = NOW.plus(83 * DAY);
    let _ = custody.look(&[], now);
    assert_eq!(published(&custody).len(), 2);
    for _ in 0..120 {
        now = now.plus(Duration::from_secs(30));
        let _ = custody.look(&[], now);
    }
    custody.rest(now);
    drop(custody);
    now = now.plus(30 * DAY);
    let custody = open(folder.path(), now);
    assert_eq!(
        signer(&custody),
        first,
        "not with a key that was there for an hour"
    );
    let served = |custody: &Custody| {
        let keys = custody.snapshot().keys;
        let next = keys.keys.iter().find(|key| key.state == KeyState::Next);
        next.map(|key| key.served)
    };
    // It counts from the look after the one that brought it.
    let kept = HOUR - Duration::from_secs(30);
    assert_eq!(served(&custody), Some(kept), "what was served is kept");
    let mut waited = Duration::ZERO;
    while signer(&custody) == first {
        now = now.plus(Duration::from_secs(30));
        waited += Duration::from_secs(30);
        let _ = custody.look(&[], now);
        assert!(waited <= 7 * DAY, "it catches up");
    }
    assert_eq!(waited, 7 * DAY - kept);
}

/// Tokens that lived longer under the last start's configuration are out still: how long is
/// read by the next one, also where nothing else was ever written, and after a crash.
#[test]
fn a_longer_life_of_tokens_is_known_to_the_next_start() {
    let folder = folder();
    let first = signer(&open(folder.path(), NOW));
    let mut long = key_settings();
    long.policy.token_life = DAY;
    drop(try_open(folder.path(), long, NOW).unwrap());
    let custody = open(folder.path(), NOW);
    assert_eq!(key_of(&custody, &first).signs_for, DAY);
}

/// RFC 9111 section 4.2: so it is with copies of the keys that were served with a longer
/// max-age. A list of an older build does not say how long they live.
#[test]
fn a_longer_life_of_copies_is_known_to_the_next_start() {
    let folder = folder();
    drop(open(folder.path(), NOW));
    edit(folder.path(), |list| {
        let kept: Vec<&str> = (list.lines())
            .filter(|line| !line.starts_with("copies_live_ms"))
            .collect();
        kept.join("\n")
    });
    let mut long = key_settings();
    long.policy.jwks_max_age = 20 * DAY;
    drop(try_open(folder.path(), long, NOW).unwrap());
    let custody = open(folder.path(), NOW);
    let actor = KeyActor::Operator { uid: None };
    let made = custody.act(&Wish::Generate(RS256), actor, None, NOW);
    let next = made.unwrap().made.unwrap();
    assert_eq!(key_of(&custody, &next).copies_live, 20 * DAY);
    drop(custody);
    let custody = open(folder.path(), NOW);
    let key = key_of(&custody, &next);
    assert_eq!(custody.policy().wait_of(&key), 20 * DAY);
    // Nor does a key by hand come sooner.
    put(folder.path(), "by-hand.pem", pem(1));
    for _ in 0..2 {
        let _ = custody.look(&[], NOW);
    }
    let by_hand = key_of(&custody, &kid(pem(1)));
    assert_eq!(
        (by_hand.state, by_hand.copies_live),
        (KeyState::Next, 20 * DAY)
    );
}

/// A clock that jumps: forward it publishes nothing sooner, backward it stops nothing.
#[test]
fn a_clock_that_jumps_makes_no_key_sign_early() {
    let folder = unserved_folder();
    let custody = try_open(folder.path(), quick(), NOW).unwrap();
    let first = signer(&custody);
    let _ = custody.look(&[], NOW.plus(Duration::from_secs(16)));
    let far = NOW.plus(365 * DAY);
    let _ = custody.look(&[], far);
    assert_eq!(signer(&custody), first);
    assert!(published(&custody).contains(&first));
    let _ = custody.look(&[], NOW);
    assert_eq!(signer(&custody), first);
    let mut second = 0;
    while signer(&custody) == first {
        second += 1;
        let _ = custody.look(&[], NOW.plus(Duration::from_secs(second)));
        assert!(second < 60, "it goes on");
    }
    assert!(second >= 4, "{second}");
}

/// What a process left that was killed between writing and renaming, and between a key's file
/// and the list.
#[test]
fn a_kill_between_two_writes_loses_no_key_and_leaves_no_rubbish() {
    let folder = folder();
    fs::write(folder.path().join(".keyring.toml.new"), "half a li").unwrap();
    put(
        folder.path(),
        ".20270101T000000Z-RS256-x.pem.new",
        &pem(1)[..100],
    );
    // A key whose list was not written any more.
    put(folder.path(), "20270101T000000Z-RS256-y.pem", pem(1));
    let custody = open(folder.path(), NOW);
    assert_eq!(signer(&custody), kid(pem(0)));
    assert_eq!(key_of(&custody, &kid(pem(1))).state, KeyState::Next);
    assert!(
        files(folder.path())
            .iter()
            .all(|name| !name.starts_with('.'))
    );
}

/// Each act of two who saw the same keys: one of them is told to look again.
#[test]
fn two_operators_at_once_do_not_rotate_twice() {
    let folder = folder();
    let custody = Arc::new(open(folder.path(), NOW));
    let seen = custody.snapshot().generation;
    let rotate = || {
        let act = Act::Rotate {
            key_use: RS256,
            now: true,
        };
        let by = KeyActor::Operator { uid: Some(0) };
        custody.act(&Wish::Act(act), by, Some(seen), NOW)
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let both = [scope.spawn(rotate), scope.spawn(rotate)];
        both.map(|one| one.join().unwrap()).into()
    });
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(done, 1, "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .any(|it| matches!(it, Err(ActError::ChangedMeanwhile)))
    );
    let states = |state| {
        let keys = custody.snapshot().keys.keys;
        keys.iter()
            .filter(|key| key.key_use == RS256 && key.state == state)
            .count()
    };
    assert_eq!(
        (states(KeyState::Active), states(KeyState::Retired)),
        (1, 1)
    );
    assert_ne!(signer(&custody), kid(pem(0)));
}

/// A key that leaked: in one act another signs, and nothing of it is published or believed.
#[test]
fn revoking_the_key_that_signs_makes_its_successor_in_the_same_act() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let leaked = signer(&custody);
    let claims = serde_json::json!({"iss": "https://id.example", "sub": "s", "aud": "a"});
    let token = custody.keyring().sign(&claims).unwrap();
    let revoke = Wish::Revoke {
        kid: leaked.clone(),
        keep_sessions: false,
    };
    let by = KeyActor::Operator { uid: Some(7) };
    let acted = custody.act(&revoke, by, None, NOW).unwrap();
    assert_eq!(acted.made, Some(signer(&custody)));
    assert_eq!(published(&custody), [signer(&custody)]);
    assert!(
        custody
            .keyring()
            .verify_own("https://id.example", &token)
            .is_err()
    );
    let key = key_of(&custody, &leaked);
    assert!(key.state == KeyState::Revoked && key.to_end);
    assert!(!files(folder.path()).contains(&FIRST.to_owned()));
    // Also after a restart, and if somebody puts the file back.
    put(folder.path(), "again.pem", pem(0));
    let again = open(folder.path(), NOW);
    assert_eq!(published(&again), published(&custody));
    assert!(
        again
            .keyring()
            .verify_own("https://id.example", &token)
            .is_err()
    );
}

/// What changes is told to the audit log later: it is in the list until then, also over a
/// restart.
#[test]
fn changes_wait_in_the_list_until_they_are_told() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let untold = custody.snapshot().untold;
    assert!(
        untold
            .iter()
            .any(|change| change.to == Some(KeyState::Active))
    );
    drop(custody);
    let custody = open(folder.path(), NOW);
    assert_eq!(custody.snapshot().untold, untold);
    custody.told(untold.len(), NOW).unwrap();
    assert!(custody.snapshot().untold.is_empty());
    assert!(open(folder.path(), NOW).snapshot().untold.is_empty());
}

/// Counting served time is no change that an operator must look at again.
#[test]
fn counting_does_not_change_the_generation() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let act = Wish::Generate(RS256);
    custody.act(&act, KeyActor::Schedule, None, NOW).unwrap();
    let seen = custody.snapshot().generation;
    for step in 1..100 {
        let _ = custody.look(&[], NOW.plus(Duration::from_secs(step * 30)));
    }
    assert_eq!(custody.snapshot().generation, seen);
    // It is written down all the same.
    let list = fs::read_to_string(folder.path().join("keyring.toml")).unwrap();
    assert!(list.contains("served_ms"), "{list}");
}

/// Private halves at rest are worth nothing without the passphrase.
#[test]
fn with_a_passphrase_no_private_half_lies_there_in_clear() {
    let folder = private_folder();
    let with = |words: Option<&str>| {
        let mut settings = key_settings();
        settings.passphrase = words.map(|it| it.to_owned().into());
        settings
    };
    let first = try_open(folder.path(), with(Some("correct horse")), NOW).unwrap();
    let sealed = first
        .keyring()
        .sealer()
        .seal(dingpass::keyring::Purpose::Flow, b"x")
        .unwrap();
    for suffix in [".pem", ".key"] {
        let text = fs::read_to_string(only(folder.path(), suffix)).unwrap();
        assert!(text.starts_with("-----BEGIN ENCRYPTED "), "{text}");
    }
    let again = try_open(folder.path(), with(Some("correct horse")), NOW).unwrap();
    assert_eq!(signer(&again), signer(&first));
    let opened = again
        .keyring()
        .sealer()
        .open(dingpass::keyring::Purpose::Flow, &sealed);
    assert!(opened.is_some());
    for (words, said) in [(Some("wrong horse"), "does not open"), (None, "encrypted")] {
        let refused = try_open(folder.path(), with(words), NOW).err().unwrap();
        assert!(refused.to_string().contains(said), "{refused}");
        assert!(!refused.to_string().contains("horse"), "{refused}");
    }
}

/// Sealing keys take turns, too: what the old one sealed opens until the last of it has ended.
#[test]
fn what_the_old_key_sealed_opens_until_its_time_is_over() {
    let folder = private_folder();
    let mut settings = quick();
    settings.policy.sealed_life = Duration::from_secs(5);
    let custody = try_open(folder.path(), settings, NOW).unwrap();
    let sealed = custody
        .keyring()
        .sealer()
        .seal(dingpass::keyring::Purpose::Flow, b"x")
        .unwrap();
    let old = only(folder.path(), ".key");
    let mut opens_until = 0;
    for second in 0..40 {
        let _ = custody.look(&[], NOW.plus(Duration::from_secs(second)));
        let sealer = custody.keyring().sealer();
        if sealer
            .open(dingpass::keyring::Purpose::Flow, &sealed)
            .is_some()
        {
            opens_until = second;
        }
    }
    // Its turn is 20 seconds, what it sealed lives for 5, the margin is 1; that counts from the
    // look after, a second later here.
    assert_eq!(opens_until, 26);
    assert!(!old.exists());
}

/// Nobody can write there: the keys are managed from outside, and nothing changes by itself.
#[test]
fn in_a_folder_that_can_t_be_written_the_schedule_only_reports() {
    as_one_who_may_not_write(
        module_path!(),
        "in_a_folder_that_can_t_be_written_the_schedule_only_reports",
        || {
            let folder = folder();
            chmod(folder.path(), 0o500);
            let custody = open(folder.path(), NOW);
            let before = files(folder.path());
            let _ = custody.look(&[], NOW.plus(200 * DAY));
            assert!(custody.snapshot().read_only);
            assert_eq!(signer(&custody), kid(pem(0)));
            assert_eq!(files(folder.path()), before);
            let refused = custody.act(&Wish::Generate(RS256), KeyActor::Schedule, None, NOW);
            assert!(matches!(refused, Err(ActError::ReadOnly)));
            chmod(folder.path(), 0o700);
        },
    );
}

/// What is published follows the algorithms in use, each with a key of its own.
#[test]
fn each_algorithm_in_use_has_a_key_of_its_own() {
    let mut settings = key_settings();
    settings.policy.uses = SigningAlg::ALL.into_iter().map(KeyUse::Sign).collect();
    settings.policy.uses.push(KeyUse::Seal);
    let folder = private_folder();
    let custody = try_open(folder.path(), settings, NOW).unwrap();
    let jwks = jwks_of(&custody.keyring());
    let mut algs: Vec<String> = jwks
        .keys
        .iter()
        .map(|key| key.common.key_algorithm.unwrap().to_string())
        .collect();
    algs.sort();
    assert_eq!(algs, ["ES256", "EdDSA", "PS256", "RS256"]);
    for (alg, name) in [
        ("ES256", "-ES256-"),
        ("EdDSA", "-EdDSA-"),
        ("PS256", "-PS256-"),
    ] {
        assert!(
            files(folder.path()).iter().any(|file| file.contains(name)),
            "{alg}"
        );
    }
}

/// Who asks again and again how the keys stand must not need a thread for it: what is told at
/// once is the same as what is told to who can wait.
#[test]
fn how_the_keys_stand_is_told_at_once_where_nobody_writes() {
    let folder = folder();
    let custody = open(folder.path(), NOW);
    let (waited, at_once) = (custody.snapshot(), custody.snapshot_at_once());
    assert_eq!(format!("{at_once:?}"), format!("{:?}", Some(waited)));
}

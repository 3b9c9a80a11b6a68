//! What is remembered of keys beside their folder: what was revoked stays so, whatever comes
//! back there while nobody serves; and a folder that can't be written and has no list goes on
//! after a restart as if there had been none.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use dingpass::app::{App, Foundation};
use dingpass::clock::{SystemClock, Timestamp};
use dingpass::config;
use dingpass::domain::id::ClientId;
use dingpass::domain::key_change::KeyActor;
use dingpass::domain::revoked_key::RevokedKey;
use dingpass::domain::signing_alg::SigningAlg;
use dingpass::entropy::SystemEntropy;
use dingpass::keyring::model::{KeyState, KeyUse};
use dingpass::keyring::rotation::{Act, ActRefused};
use dingpass::keyring::{
    ActError, Custody, Fault, KeyringError, ListKeeper, PrivateKey, Remembered, Settings, Wish,
};
use dingpass::operator::keys::{KeyAnswer, KeyQuestion, KeyRequest};
use dingpass::store::{self, Location};

use super::shown::{RS256, published, seconds, signer, state_of};
use super::{NOW, chmod, files, folder, kid, pem, put};
use crate::support::{as_one_who_may_not_write, install_crypto, key_settings, private_folder};

/// A schedule of seconds: the wait is four, a turn is twenty.
fn quick() -> Settings {
    let mut settings = key_settings();
    settings.policy.rotate_every = Some(seconds(20));
    settings.policy.publish_before = seconds(4);
    settings.policy.jwks_max_age = seconds(2);
    settings.policy.token_life = seconds(3);
    settings.policy.sealed_life = seconds(3);
    settings.policy.retire_margin = seconds(1);
    settings.policy.hint_life = seconds(30);
    settings
}

/// The place of a list, in memory.
#[derive(Default)]
struct Shelf {
    list: Mutex<Option<String>>,
    writes: Mutex<usize>,
    is_full: Mutex<bool>,
}

impl ListKeeper for Shelf {
    fn keep(&self, list: Option<&str>) -> Result<(), String> {
        if *self.is_full.lock().unwrap() {
            return Err("no space left on device".to_owned());
        }
        *self.list.lock().unwrap() = list.map(str::to_owned);
        *self.writes.lock().unwrap() += 1;
        Ok(())
    }
}

impl Shelf {
    fn recall(self: &Arc<Self>) -> Remembered {
        Remembered {
            list: self.list.lock().unwrap().clone(),
            keeper: Some(Arc::clone(self) as _),
            ..Remembered::default()
        }
    }
}

fn try_open(folder: &Path, known: Remembered, now: Timestamp) -> Result<Custody, KeyringError> {
    install_crypto();
    Custody::open(folder, quick(), known, Arc::new(SystemEntropy), now)
}

fn open(folder: &Path, known: Remembered, now: Timestamp) -> Custody {
    try_open(folder, known, now).unwrap_or_else(|error| panic!("{error}"))
}

fn revoked(kid: &str, public: Option<String>) -> Remembered {
    Remembered {
        revoked: vec![RevokedKey {
            kid: kid.to_owned(),
            algorithm: "RS256".to_owned(),
            revoked_at: NOW.as_millis(),
            ends: true,
            public,
        }],
        ..Remembered::default()
    }
}

fn act(custody: &Custody, wish: &Wish, now: Timestamp) -> Result<(), ActError> {
    let actor = KeyActor::Operator { uid: None };
    custody.act(wish, actor, None, now).map(drop)
}

/// Looks second by second.
fn serve(custody: &Custody, from: Timestamp, count: u64) -> Timestamp {
    let mut now = from;
    for _ in 0..count {
        now = now.plus(seconds(1));
        let _ = custody.look(&[KeyUse::Seal], now);
    }
    now
}

/// "Its name never comes back": a backup from before the revocation, put in place while the
/// server was off. The key is neither published nor believed at any moment, what it signed is
/// ended once more, its file goes, and the log is told by whom.
#[test]
fn an_old_backup_brings_no_revoked_key_back() {
    let folder = folder();
    let leaked = kid(pem(0));
    let claims = serde_json::json!({"iss": "https://id.example", "sub": "s", "aud": "a"});
    let token = open(folder.path(), Remembered::default(), NOW)
        .keyring()
        .sign(&claims)
        .unwrap();
    let custody = open(folder.path(), revoked(&leaked, None), NOW);
    assert_ne!(signer(&custody), leaked, "a new first key is made");
    assert_eq!(published(&custody), [signer(&custody)]);
    let believed = custody.keyring().verify_own("https://id.example", &token);
    assert!(believed.is_err());
    let snapshot = custody.snapshot();
    assert_eq!(state_of(&custody, &leaked), Some(KeyState::Revoked));
    assert!(snapshot.keys.find(&leaked).unwrap().to_end);
    let told: Vec<_> = snapshot
        .untold
        .iter()
        .filter(|change| change.kid == leaked && change.to == Some(KeyState::Revoked))
        .map(|change| (change.from, change.actor))
        .collect();
    assert_eq!(told, [(Some(KeyState::Active), KeyActor::Start)]);
    let there = files(folder.path());
    assert!(!there.iter().any(|name| name.contains("RS256-a")));
    // From then on the folder knows it, too.
    drop(custody);
    let again = open(folder.path(), Remembered::default(), NOW);
    assert_eq!(state_of(&again, &leaked), Some(KeyState::Revoked));
}

/// The same without any list: the newest file signs, unless it is one that was revoked.
#[test]
fn a_folder_without_its_list_brings_no_revoked_key_back() {
    let folder = folder();
    put(folder.path(), "20270101T000000Z-RS256-b.pem", pem(1));
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    let leaked = kid(pem(1));
    let custody = open(folder.path(), revoked(&leaked, None), NOW);
    assert_eq!(signer(&custody), kid(pem(0)));
    assert_eq!(published(&custody), [kid(pem(0))]);
    let untold = custody.snapshot().untold;
    let told = untold.iter().filter(|change| change.kid == leaked);
    let told: Vec<_> = told
        .map(|change| (change.from, change.to, change.actor))
        .collect();
    assert_eq!(told, [(None, Some(KeyState::Revoked), KeyActor::Start)]);
    // Once: from then on the list says it.
    drop(custody);
    let again = open(folder.path(), revoked(&leaked, None), NOW);
    assert_eq!(again.snapshot().untold, untold);
    // Where it was the only one of its set, another is made.
    let alone = super::folder();
    fs::remove_file(alone.path().join("keyring.toml")).unwrap();
    let custody = open(alone.path(), revoked(&kid(pem(0)), None), NOW);
    assert_eq!(published(&custody), [signer(&custody)]);
    assert_ne!(signer(&custody), kid(pem(0)));
}

/// A key that was imported under a name of its own has another one in a folder without a
/// list. It is the same key, whoever leaked it.
#[test]
fn a_revoked_key_comes_back_under_no_other_name() {
    let place = private_folder();
    let custody = open(place.path(), Remembered::default(), NOW);
    let import = |name: &str| Wish::Import {
        key: Arc::new(PrivateKey::parse(pem(1).as_bytes(), None).unwrap()),
        algorithm: SigningAlg::Rs256,
        kid: Some(name.to_owned()),
    };
    act(&custody, &import("2024-03"), NOW).unwrap();
    let revoke = Wish::Revoke {
        kid: "2024-03".to_owned(),
        keep_sessions: false,
    };
    act(&custody, &revoke, NOW).unwrap();
    for name in ["2024-03", "2024-04"] {
        let refused = act(&custody, &import(name), NOW);
        assert!(
            matches!(&refused, Err(ActError::Refused(ActRefused::KidRevoked { kid })) if kid == "2024-03"),
            "{name}: {refused:?}"
        );
    }
    let public = custody
        .snapshot()
        .keys
        .find("2024-03")
        .unwrap()
        .public
        .clone();
    assert!(public.is_some());
    put(place.path(), "again.pem", pem(1));
    for _ in 0..2 {
        let _ = custody.look(&[], NOW);
    }
    assert_eq!(state_of(&custody, &kid(pem(1))), None, "it is passed by");
    let bare = super::folder();
    put(bare.path(), "20270101T000000Z-RS256-b.pem", pem(1));
    fs::remove_file(bare.path().join("keyring.toml")).unwrap();
    let custody = open(bare.path(), revoked("2024-03", public), NOW);
    assert_eq!(published(&custody), [kid(pem(0))]);
}

/// The same of a key that seals, which nobody has a public half of: who has it makes access
/// tokens. Under a server, and in a folder that has lost its list.
#[test]
fn a_revoked_sealing_key_comes_back_under_no_other_name() {
    let place = tempfile::tempdir().unwrap();
    let custody = open(place.path(), Remembered::default(), NOW);
    let leaked = custody
        .snapshot()
        .keys
        .active(KeyUse::Seal)
        .unwrap()
        .clone();
    let half = fs::read_to_string(place.path().join(leaked.file.as_ref().unwrap())).unwrap();
    let revoke = Wish::Revoke {
        kid: leaked.kid.clone(),
        keep_sessions: false,
    };
    act(&custody, &revoke, NOW).unwrap();
    let other = "20270101T000000Z-A256GCM-other.key";
    put(place.path(), other, &half);
    for _ in 0..2 {
        assert_eq!(custody.look(&[], NOW).fault, None);
    }
    assert_eq!(state_of(&custody, "other"), None, "it is passed by");
    let known = custody.snapshot().keys.find(&leaked.kid).unwrap().clone();
    assert!(!half.contains(known.public.as_deref().unwrap()));
    drop(custody);
    fs::remove_file(place.path().join("keyring.toml")).unwrap();
    let remembered = Remembered {
        revoked: vec![RevokedKey {
            kid: leaked.kid.clone(),
            algorithm: "A256GCM".to_owned(),
            revoked_at: NOW.as_millis(),
            ends: false,
            public: known.public,
        }],
        ..Remembered::default()
    };
    let custody = open(place.path(), remembered, NOW);
    assert_eq!(state_of(&custody, "other"), None);
    let seals = custody.snapshot().keys.active(KeyUse::Seal).cloned();
    assert_ne!(seals.unwrap().kid, leaked.kid);
}

/// A list that is kept elsewhere outlives the file of the key that signs. A command without a
/// server sees the key, and does nothing that would let another one sign which nobody has:
/// unless that is what was asked for, or the lost one is revoked.
#[test]
fn no_act_at_rest_forgets_a_key_whose_file_is_gone() {
    as_one_who_may_not_write(
        module_path!(),
        "no_act_at_rest_forgets_a_key_whose_file_is_gone",
        || {
            let folder = bare();
            let shelf = Arc::new(Shelf::default());
            let custody = open(folder.path(), shelf.recall(), NOW);
            let (first, second) = (kid(pem(0)), kid(pem(1)));
            drop(custody);
            chmod(folder.path(), 0o700);
            for name in files(folder.path()) {
                if name.ends_with(".pem") {
                    fs::remove_file(folder.path().join(name)).unwrap();
                }
            }
            put(folder.path(), NEWER, pem(1));
            chmod(folder.path(), 0o500);
            let at_rest = || {
                let entropy = Arc::new(SystemEntropy);
                Custody::open_at_rest(folder.path(), quick(), shelf.recall(), entropy, NOW).unwrap()
            };
            let rest = at_rest();
            assert!(matches!(rest.snapshot().fault, Some(Fault::Unreadable(_))));
            assert_eq!(state_of(&rest, &first), Some(KeyState::Retired));
            let client = ClientId::new("demo");
            let promote = |now| {
                Wish::Act(Act::Promote {
                    kid: second.clone(),
                    now,
                })
            };
            for wish in [Wish::Act(Act::Unpin { client }), promote(false)] {
                let refused = act(&rest, &wish, NOW);
                assert!(matches!(refused, Err(ActError::Broken(_))), "{refused:?}");
            }
            assert!(try_open(folder.path(), shelf.recall(), NOW).is_err());
            let list = shelf.list.lock().unwrap().clone();
            act(&rest, &promote(true), NOW).unwrap();
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), second);
            assert_eq!(state_of(&custody, &first), Some(KeyState::Retired));
            let mut published = published(&custody);
            published.sort();
            let mut both = [first.clone(), second.clone()];
            both.sort();
            assert_eq!(published, both, "what it signed is good");
            let untold = custody.snapshot().untold;
            let told = |kid: &str| -> Vec<_> {
                let of_it = untold.iter().filter(|change| change.kid == kid);
                of_it.map(|change| (change.from, change.to)).collect()
            };
            let (next, active) = (Some(KeyState::Next), Some(KeyState::Active));
            assert_eq!(told(&first), [(active, Some(KeyState::Retired))]);
            assert_eq!(told(&second), [(None, next), (next, active)]);
            drop((custody, rest));
            *shelf.list.lock().unwrap() = list;
            let revoke = Wish::Revoke {
                kid: first.clone(),
                keep_sessions: false,
            };
            act(&at_rest(), &revoke, NOW).unwrap();
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(state_of(&custody, &first), Some(KeyState::Revoked));
            assert_eq!(self::published(&custody), [second]);
            chmod(folder.path(), 0o700);
        },
    );
}

/// An old list that comes back under a server is told, too.
#[test]
fn what_a_folder_brings_back_under_a_server_is_told() {
    let folder = folder();
    let custody = open(folder.path(), Remembered::default(), NOW);
    let leaked = signer(&custody);
    let backup: Vec<(String, String)> = files(folder.path())
        .into_iter()
        .map(|name| {
            (
                name.clone(),
                fs::read_to_string(folder.path().join(name)).unwrap(),
            )
        })
        .collect();
    let revoke = Wish::Revoke {
        kid: leaked.clone(),
        keep_sessions: false,
    };
    act(&custody, &revoke, NOW).unwrap();
    let signs = signer(&custody);
    custody.told(custody.snapshot().untold.len(), NOW).unwrap();
    for (name, text) in &backup {
        if name != "keyring.toml" {
            put(folder.path(), name, text);
        }
    }
    // The list of before, which names the leaked key as the one that signs.
    let list = fs::read_to_string(folder.path().join("keyring.toml")).unwrap();
    let blocks = list.replacen("state = \"revoked\"", "state = \"retired\"", 1);
    assert_ne!(list, blocks);
    let file = backup
        .iter()
        .find(|(name, _)| name.ends_with(".pem"))
        .unwrap();
    let blocks = blocks.replacen(
        "state = \"retired\"",
        &format!("state = \"retired\"\nfile = \"{}\"", file.0),
        1,
    );
    put(folder.path(), "keyring.toml", &blocks);
    for _ in 0..2 {
        assert_eq!(custody.look(&[], NOW).fault, None);
    }
    assert_eq!(state_of(&custody, &leaked), Some(KeyState::Revoked));
    assert_eq!(published(&custody), [signs]);
    let untold = custody.snapshot().untold;
    assert!(
        untold.iter().any(|change| change.kid == leaked
            && change.to == Some(KeyState::Revoked)
            && change.actor == KeyActor::Folder),
        "{untold:?}"
    );
}

/// A folder of bare key files that can't be written: two RS256 keys and one that seals.
fn bare() -> tempfile::TempDir {
    let folder = folder();
    fs::remove_file(folder.path().join("keyring.toml")).unwrap();
    chmod(folder.path(), 0o500);
    folder
}

/// Something is put there from outside.
fn bring(folder: &Path, name: &str, content: &str) {
    chmod(folder, 0o700);
    put(folder, name, content);
    chmod(folder, 0o500);
}

const NEWER: &str = "20270101T000000Z-RS256-b.pem";

/// Nothing is made there, and who put the files there is told which one is missing.
#[test]
fn a_start_names_the_set_of_which_no_key_is_there() {
    as_one_who_may_not_write(
        module_path!(),
        "a_start_names_the_set_of_which_no_key_is_there",
        || {
            let folder = bare();
            chmod(folder.path(), 0o700);
            for name in files(folder.path()) {
                if name.ends_with(".key") {
                    fs::remove_file(folder.path().join(name)).unwrap();
                }
            }
            chmod(folder.path(), 0o500);
            let shelf = Arc::new(Shelf::default());
            let refused = try_open(folder.path(), shelf.recall(), NOW).err().unwrap();
            let said = refused.to_string();
            assert!(said.contains(": there is no key of A256GCM, "), "{said}");
            assert!(said.ends_with("put its file there"), "{said}");
        },
    );
}

/// Issue, "never signs with an unpublished key": a file that came while the server was off is
/// the newest, and is published first all the same; and what was served counts.
#[test]
fn a_start_goes_by_the_list_that_the_folder_could_not_keep() {
    as_one_who_may_not_write(
        module_path!(),
        "a_start_goes_by_the_list_that_the_folder_could_not_keep",
        || {
            let folder = bare();
            let shelf = Arc::new(Shelf::default());
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert!(custody.snapshot().read_only && custody.snapshot().keeps_states);
            let (first, second) = (kid(pem(0)), kid(pem(1)));
            assert_eq!(
                signer(&custody),
                first,
                "nothing is remembered: the newest signs"
            );
            drop(custody);
            bring(folder.path(), NEWER, pem(1));
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), first);
            assert_eq!(state_of(&custody, &second), Some(KeyState::Next));
            assert_eq!(published(&custody).len(), 2);
            // Its turn comes by the schedule, and is remembered as what was served is.
            let now = serve(&custody, NOW, 10);
            custody.rest(now);
            let served = custody.snapshot().keys.find(&second).unwrap().served;
            drop(custody);
            let custody = open(folder.path(), shelf.recall(), now);
            assert_eq!(signer(&custody), first);
            assert_eq!(
                custody.snapshot().keys.find(&second).unwrap().served,
                served
            );
            let mut now = serve(&custody, now, 12);
            assert_eq!(signer(&custody), second);
            drop(custody);
            let custody = open(folder.path(), shelf.recall(), now);
            assert_eq!(signer(&custody), second, "also after a kill");
            assert_eq!(state_of(&custody, &first), Some(KeyState::Retired));
            // It is not taken for a new one after all of its life, while its file is there.
            for _ in 0..3 {
                now = serve(&custody, now, 20);
            }
            drop(custody);
            let custody = open(folder.path(), shelf.recall(), now);
            assert_eq!(state_of(&custody, &first), Some(KeyState::Withdrawn));
            assert_eq!(published(&custody), [second]);
            let list = shelf.list.lock().unwrap().clone().unwrap();
            assert!(
                !list.contains("PRIVATE") && !list.contains("\\\"d\\\""),
                "{list}"
            );
            chmod(folder.path(), 0o700);
        },
    );
}

/// It is written when a list in the folder would be, and not at each look.
#[test]
fn a_list_that_is_kept_elsewhere_is_written_as_seldom_as_one_in_a_folder() {
    as_one_who_may_not_write(
        module_path!(),
        "a_list_that_is_kept_elsewhere_is_written_as_seldom_as_one_in_a_folder",
        || {
            let folder = bare();
            bring(folder.path(), NEWER, pem(1));
            let shelf = Arc::new(Shelf::default());
            let mut settings = key_settings();
            settings.policy.rotate_every = None;
            let custody = Custody::open(
                folder.path(),
                settings,
                shelf.recall(),
                Arc::new(SystemEntropy),
                NOW,
            )
            .unwrap();
            let before = *shelf.writes.lock().unwrap();
            for second in 1..600 {
                let _ = custody.look(&[], NOW.plus(seconds(second)));
            }
            let writes = *shelf.writes.lock().unwrap() - before;
            assert!(writes <= 3, "{writes}");
            chmod(folder.path(), 0o700);
        },
    );
}

/// What needs no file can be done from here; what needs one is refused, and changes nothing.
#[test]
fn states_are_changed_without_a_file_and_no_key_is_made() {
    as_one_who_may_not_write(
        module_path!(),
        "states_are_changed_without_a_file_and_no_key_is_made",
        || {
            let folder = bare();
            let shelf = Arc::new(Shelf::default());
            let custody = open(folder.path(), shelf.recall(), NOW);
            let (first, second) = (kid(pem(0)), kid(pem(1)));
            let rotate = Act::Rotate {
                key_use: RS256,
                now: true,
            };
            let revoke = |kid: &str| Wish::Revoke {
                kid: kid.to_owned(),
                keep_sessions: false,
            };
            for wish in [
                Wish::Generate(RS256),
                Wish::Act(rotate.clone()),
                revoke(&first),
            ] {
                let refused = act(&custody, &wish, NOW);
                assert!(matches!(refused, Err(ActError::ReadOnly)), "{refused:?}");
                assert_eq!(signer(&custody), first);
            }
            bring(folder.path(), NEWER, pem(1));
            for _ in 0..2 {
                let _ = custody.look(&[], NOW);
            }
            // A full disk: what can't be kept does not happen.
            *shelf.is_full.lock().unwrap() = true;
            assert!(act(&custody, &Wish::Act(rotate.clone()), NOW).is_err());
            assert_eq!(signer(&custody), first);
            assert!(matches!(
                custody.fault().as_deref(),
                Some(Fault::Unwritable(_))
            ));
            *shelf.is_full.lock().unwrap() = false;
            act(&custody, &Wish::Act(rotate), NOW).unwrap();
            let pin = Act::Pin {
                client: ClientId::new("wiki"),
                kid: first.clone(),
                until: NOW.plus(seconds(1_000)),
            };
            act(&custody, &Wish::Act(pin), NOW).unwrap();
            drop(custody);
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), second);
            assert_eq!(custody.snapshot().keys.pins.len(), 1);
            act(&custody, &revoke(&first), NOW).unwrap();
            drop(custody);
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(published(&custody), [second], "its file is there still");
            assert_eq!(state_of(&custody, &first), Some(KeyState::Revoked));
            chmod(folder.path(), 0o700);
        },
    );
}

/// Whose file is gone is not replaced by what nobody has; an operator may say so.
#[test]
fn a_start_signs_with_nothing_that_nobody_has_because_the_old_file_is_gone() {
    as_one_who_may_not_write(
        module_path!(),
        "a_start_signs_with_nothing_that_nobody_has_because_the_old_file_is_gone",
        || {
            let folder = bare();
            let shelf = Arc::new(Shelf::default());
            drop(open(folder.path(), shelf.recall(), NOW));
            chmod(folder.path(), 0o700);
            fs::remove_file(super::only(folder.path(), ".pem")).unwrap();
            bring(folder.path(), NEWER, pem(1));
            let words = try_open(folder.path(), shelf.recall(), NOW).err().unwrap();
            let words = words.to_string();
            assert!(
                words.contains(&kid(pem(0))) && words.contains("promote"),
                "{words}"
            );
            let rest = Custody::open_at_rest(
                folder.path(),
                quick(),
                shelf.recall(),
                Arc::new(SystemEntropy),
                NOW,
            )
            .unwrap();
            let promote = Act::Promote {
                kid: kid(pem(1)),
                now: true,
            };
            act(&rest, &Wish::Act(promote), NOW).unwrap();
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), kid(pem(1)));
            chmod(folder.path(), 0o700);
        },
    );
}

/// The folder's own list is what its operator says: it counts as soon as it is there, and the
/// other one is forgotten, lest it come back after months.
#[test]
fn the_list_of_the_folder_itself_comes_first() {
    as_one_who_may_not_write(
        module_path!(),
        "the_list_of_the_folder_itself_comes_first",
        || {
            let folder = bare();
            bring(folder.path(), NEWER, pem(1));
            let shelf = Arc::new(Shelf::default());
            let custody = open(folder.path(), shelf.recall(), NOW);
            let (first, second) = (kid(pem(0)), kid(pem(1)));
            assert_eq!(signer(&custody), second);
            drop(custody);
            let kept = shelf.list.lock().unwrap().clone().unwrap();
            let other_way_round = kept
                .replace("state = \"active\"", "state = \"swap\"")
                .replace("state = \"retired\"", "state = \"active\"")
                .replacen("state = \"swap\"", "state = \"retired\"", 1)
                .replace("state = \"swap\"", "state = \"active\"");
            bring(folder.path(), "keyring.toml", &other_way_round);
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), first);
            assert!(!custody.snapshot().keeps_states);
            assert_eq!(*shelf.list.lock().unwrap(), None);
            let refused = act(&custody, &Wish::Generate(RS256), NOW);
            assert!(matches!(refused, Err(ActError::ReadOnly)));
            // Where the folder becomes writable, it gets the list that was kept for it.
            drop(custody);
            chmod(folder.path(), 0o700);
            fs::remove_file(folder.path().join("keyring.toml")).unwrap();
            *shelf.list.lock().unwrap() = Some(other_way_round);
            let custody = open(folder.path(), shelf.recall(), NOW);
            assert_eq!(signer(&custody), first);
            assert!(folder.path().join("keyring.toml").exists());
            assert_eq!(*shelf.list.lock().unwrap(), None);
        },
    );
}

/// The whole house, with a database on a disk: an operator revokes, the folder is put back as
/// it was before, and the next start knows better. So does a server that never told of a
/// revocation that was made by hand, or by an earlier version.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_remembers_what_was_revoked() {
    install_crypto();
    let place = private_folder();
    let keys = place.path().join("keys");
    let start = || {
        let text = format!(
            "issuer = \"https://id.example\"\n[http]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"redb:{0}/db.redb\"\n[keys]\ndirectory = \"{0}/keys\"\n\
             [[upstream]]\nid = \"acme\"\nkind = \"dingtalk\"\nname = \"Acme\"\nclient_id = \"a\"\nclient_secret = \"b\"\ncorp_id = \"c\"\n",
            place.path().display()
        );
        let config = config::load(&text, Path::new("/"), &BTreeMap::new())
            .unwrap_or_else(|faults| panic!("{}", config::describe(&faults, "test", &text)));
        let foundation =
            Foundation::open(&config, Arc::new(SystemClock), Arc::new(SystemEntropy)).unwrap();
        let custody = Arc::clone(&foundation.custody);
        (App::assemble(config, foundation).unwrap(), custody)
    };
    let (app, custody) = start();
    let leaked = signer(&custody);
    let backup: Vec<(String, String)> = files(&keys)
        .into_iter()
        .map(|name| (name.clone(), fs::read_to_string(keys.join(name)).unwrap()))
        .collect();
    let ask = KeyQuestion::Revoke {
        kid: leaked.clone(),
        keep_sessions: false,
    };
    let office = app.key_office();
    let planned = office.ask(KeyRequest::new(ask.clone()).dry(), None).await;
    let KeyAnswer::Planned(planned) = planned else {
        panic!("{planned:?}");
    };
    let request = KeyRequest::new(ask).expecting(planned.generation);
    let done = office.ask(request, None).await;
    assert!(
        matches!(&done, KeyAnswer::Done(done) if done.told),
        "{done:?}"
    );
    drop((app, office, custody));
    for is_listed in [true, false] {
        for name in files(&keys) {
            fs::remove_file(keys.join(name)).unwrap();
        }
        for (name, text) in &backup {
            if is_listed || name != "keyring.toml" {
                put(&keys, name, text);
            }
        }
        let (app, custody) = start();
        assert_ne!(signer(&custody), leaked);
        assert_eq!(published(&custody), [signer(&custody)]);
        app.look_after_keys().await;
        assert_eq!(custody.snapshot().untold, []);
    }
    // Nothing is remembered in another database; it learns from the folder.
    let other = store::open(&Location::File {
        path: place.path().join("db.redb"),
        cache: 1 << 20,
    })
    .unwrap();
    let known = other.recall_keys().await.unwrap();
    let kids: Vec<&str> = known.revoked.iter().map(|key| key.kid.as_str()).collect();
    assert_eq!(kids, [leaked.as_str()]);
    assert!(known.revoked[0].ends && known.revoked[0].public.is_some());
    assert_eq!(known.list, None);
    drop(other);
    fs::remove_file(place.path().join("db.redb")).unwrap();
    let (app, custody) = start();
    app.look_after_keys().await;
    drop((app, custody));
    for name in files(&keys) {
        fs::remove_file(keys.join(name)).unwrap();
    }
    for (name, text) in &backup {
        put(&keys, name, text);
    }
    let (_app, custody) = start();
    assert_ne!(signer(&custody), leaked);
}

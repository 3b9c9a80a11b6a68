//! The rule by itself: ready, stale, unknown.

use std::time::Duration;

use dingpass::clock::Timestamp;
use dingpass::domain::id::ClientId;
use dingpass::domain::readiness::{ClientReadiness, FetchSeen};
use dingpass::protocol::key_adoption::{REMEMBERED_FOR, Standing, standing};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn days_ago(days: u64) -> Option<i64> {
    let ago = Duration::from_secs(days * 24 * 60 * 60);
    Some(NOW.minus(ago).as_millis())
}

fn fetched(at: Option<i64>) -> ClientReadiness {
    ClientReadiness {
        fetched_at: at,
        kids: vec!["old".to_owned(), "older".to_owned()],
        seen: Some(FetchSeen::Address),
        ..ClientReadiness::unknown(ClientId::new("a"))
    }
}

/// Anybody can ask at an alias: only with a use that is proven since does it tell that the
/// client keeps what was fetched there.
#[test]
fn a_fetch_by_the_alias_alone_makes_nobody_stale() {
    let mut known = fetched(days_ago(3));
    known.seen = Some(FetchSeen::Alias);
    assert_eq!(standing(&known, "old", NOW), Standing::Ready);
    for (used, expected) in [
        (None, Standing::Unknown),
        (days_ago(4), Standing::Unknown),
        (days_ago(3), Standing::Stale),
        (days_ago(1), Standing::Stale),
    ] {
        known.authenticated_at = used;
        (known.hint_at, known.hint_kid) = (None, None);
        assert_eq!(standing(&known, "new", NOW), expected);
        known.authenticated_at = None;
        (known.hint_at, known.hint_kid) = (used, used.map(|_| "old".to_owned()));
        assert_eq!(standing(&known, "new", NOW), expected);
    }
    known.fetched_at = days_ago(40);
    known.hint_at = days_ago(31);
    assert_eq!(standing(&known, "new", NOW), Standing::Unknown);
}

/// What it fetched it has, however long ago that was.
#[test]
fn who_fetched_a_key_is_ready_for_it() {
    for days in [0, 29, 3000] {
        for kid in ["old", "older"] {
            assert_eq!(
                standing(&fetched(days_ago(days)), kid, NOW),
                Standing::Ready
            );
        }
    }
}

/// kellnr#1265: a process that fetches once, when it starts, is what a rotation breaks.
#[test]
fn who_is_alive_and_keeps_an_old_document_is_stale_however_long_ago_it_fetched_it() {
    for days in [0, 29, 31, 3000] {
        let mut known = fetched(days_ago(days));
        known.authenticated_at = days_ago(30);
        assert_eq!(standing(&known, "new", NOW), Standing::Stale);
        known.authenticated_at = None;
        (known.hint_at, known.hint_kid) = (days_ago(2), Some("old".to_owned()));
        assert_eq!(standing(&known, "new", NOW), Standing::Stale);
    }
    assert_eq!(
        standing(&fetched(days_ago(30)), "new", NOW),
        Standing::Stale
    );
}

/// A schedule that waits for clients must not wait for one that was switched off.
#[test]
fn who_was_not_seen_for_30_days_is_unknown() {
    let mut known = fetched(days_ago(31));
    known.authenticated_at = days_ago(31);
    known.hint_at = days_ago(31);
    assert_eq!(standing(&known, "new", NOW), Standing::Unknown);
    assert_eq!(REMEMBERED_FOR, Duration::from_secs(30 * 24 * 60 * 60));
}

/// Nothing was fetched that is known of: the key may be there or not.
#[test]
fn who_only_authenticates_is_unknown() {
    let mut known = ClientReadiness::unknown(ClientId::new("a"));
    known.authenticated_at = days_ago(0);
    (known.hint_at, known.hint_kid) = (days_ago(0), Some("old".to_owned()));
    assert_eq!(standing(&known, "new", NOW), Standing::Unknown);
}

/// A hint shows that the client has seen the key at work, whatever it fetched by other ways.
#[test]
fn who_brought_a_hint_of_a_key_is_ready_for_it() {
    let mut known = fetched(days_ago(3000));
    (known.hint_at, known.hint_kid) = (days_ago(2000), Some("new".to_owned()));
    assert_eq!(standing(&known, "new", NOW), Standing::Ready);
}

/// What a clock wrote that ran ahead counts as just now.
#[test]
fn a_moment_that_lies_ahead_is_no_moment_of_long_ago() {
    let ahead = NOW
        .plus(Duration::from_secs(400 * 24 * 60 * 60))
        .as_millis();
    assert_eq!(standing(&fetched(Some(ahead)), "new", NOW), Standing::Stale);
    let extremes = fetched(Some(i64::MIN));
    assert_eq!(standing(&extremes, "new", NOW), Standing::Unknown);
    assert_eq!(
        standing(&fetched(Some(i64::MAX)), "new", NOW),
        Standing::Stale
    );
}

//! A person whom the operator or the directory blocked: neither session nor code nor claims.

use std::path::Path;
use std::sync::Arc;

use dingpass::domain::id::Sid;
use dingpass::domain::identity::SubjectStatus;
use dingpass::domain::secret::Digest;
use dingpass::store::{CodeIssued, Redeemed, SignInRecorded, open};
use redb::{ReadableTable as _, TableDefinition};

use super::acts::{granted, issue, opens, redeem, sign_in, signed_in};
use super::{path, place};
use crate::introspection;
use crate::refresh;
use crate::support::{House, test_custody};
use crate::token::{Ask, Redeem};
use crate::userinfo;

/// Marks every person as blocked, as an operator's command will.
fn block_everyone(folder: &Path) {
    const SUBJECTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("subjects");
    let database = redb::Database::open(path(folder)).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut subjects = transaction.open_table(SUBJECTS).unwrap();
        let rows: Vec<(String, Vec<u8>)> = subjects
            .iter()
            .unwrap()
            .map(|row| row.unwrap())
            .map(|(key, row)| (key.value().to_owned(), row.value().to_vec()))
            .collect();
        assert!(!rows.is_empty());
        for (key, row) in rows {
            let text = String::from_utf8(row).unwrap();
            let blocked = text.replace("\"status\":\"active\"", "\"status\":\"blocked\"");
            assert_ne!(text, blocked);
            subjects.insert(key.as_str(), blocked.as_bytes()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// CVE-2025-53942: whoever is blocked gets no session and no code, and codes that are
/// out are dead; the person's record stays as it was.
#[tokio::test]
async fn a_blocked_person_gets_neither_session_nor_code() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&place(folder.path())).unwrap();
    let (session, _) = signed_in(&*store, sign_in("zhang", "c1", 0)).await;
    let _ = store.issue_code(issue(&session, "one", 1)).await.unwrap();
    drop(store);
    block_everyone(folder.path());

    let store = open(&place(folder.path())).unwrap();
    let mut act = sign_in("zhang", "c2", 10);
    act.previous_cookie = Some(Digest::of("c1"));
    act.resume = Some(Sid::new("sid-of-c1"));
    act.identity.profile.name = Some("another name".to_owned());
    let outcome = store.record_sign_in(act).await.unwrap();
    assert!(matches!(outcome, SignInRecorded::Blocked), "{outcome:?}");
    assert!(!opens(&*store, "c2").await);
    let (_, person) = store
        .find_session(&Digest::of("c1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(person.status, SubjectStatus::Blocked);
    assert_eq!(person.profile.name.as_deref(), Some("张三"));
    let code = store.issue_code(issue(&session, "two", 11)).await.unwrap();
    assert_eq!(code, CodeIssued::SessionGone);
    let redeemed = redeem(&*store, &session, "one", granted(&session, "g1", 11), 11).await;
    assert_eq!(redeemed, Redeemed::Ended);
    // Somebody else is none of that.
    signed_in(&*store, sign_in("li", "c3", 12)).await;
}

/// Lesson of CVE-2025-53942: who left between code and token gets no token, and a token that
/// is out opens nothing.
#[test]
fn a_person_who_is_blocked_between_code_and_token_gets_none() {
    let folder = tempfile::tempdir().unwrap();
    let custody = test_custody();
    // Each broker has a runtime of its own, so that the first one's end closes the file.
    let run = || tokio::runtime::Runtime::new().unwrap();
    let plan = || {
        House::plan()
            .store(open(&place(folder.path())).unwrap())
            .custody(Arc::clone(&custody))
    };
    let (code, token, offline) = run().block_on(async {
        let house = plan().start().await;
        let mut browser = house.browser();
        let code = Ask::new().code(&house, &mut browser).await;
        let spent = Ask::new().code(&house, &mut browser).await;
        let token = Redeem::of(&spent).send(&house).await.token("access_token");
        userinfo::get(&house, &token).await.tokens();
        let offline = refresh::first(&house, refresh::OFFLINE).await;
        (code, token, offline)
    });
    block_everyone(folder.path());
    run().block_on(async {
        let house = plan().start().await;
        let refused = userinfo::get(&house, &token).await;
        refused.refused(401, "invalid_token");
        Redeem::of(&code).send(&house).await.invalid_grant();
        refresh::refresh(&house, &offline).await.invalid_grant();
        let told = introspection::ask(&house, &offline).await;
        assert_eq!(told["active"], false);
    });
}

//! Answers that are nested as deep as no honest one.

use dingpass::upstream::Cause;
use serde_json::json;

use super::mock::Mock;
use super::{APP_TOKEN, BY_UNION_ID, ME, USER, USER_TOKEN, cause, identify, provider, settings};

const LEVELS: usize = 10_000;

fn deep() -> String {
    format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS))
}

/// CONTRIBUTING.md, Old attacks: a stack is not exhausted by what somebody sends.
#[tokio::test]
async fn ten_thousand_levels_in_an_answer_are_unintelligible_and_nothing_worse() {
    for path in [USER_TOKEN, ME, APP_TOKEN, BY_UNION_ID, USER] {
        for body in [deep(), format!("{{\"errcode\":0,\"result\":{}}}", deep())] {
            let mock = Mock::start().await;
            mock.reply(path, 200, &body);
            assert_eq!(cause(&mock).await, Some(Cause::Unintelligible), "{path}");
        }
    }
}

/// The same within a text that is read as JSON.
#[tokio::test]
async fn ten_thousand_levels_in_a_list_of_departments_are_no_departments() {
    let mock = Mock::start().await;
    mock.result(
        USER,
        &json!({"userid": "zhangsan", "unionid": "union1", "dept_id_list": deep()}),
    );
    let identity = identify(&provider(settings(&mock.url))).await.unwrap();
    assert!(identity.profile.departments.is_empty());
}

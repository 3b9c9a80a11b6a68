//! The people file: what it takes, and how it says what is wrong with it.

use dingpass::sim::{AutoLogin, SettingsError, Simulator};
use serde_json::{Value, json};

use super::support::{Sim, clock, settings};

const SMALL: &str = r#"{
  "organisations": [
    {
      "corp_id": "dingsmall",
      "name": "小店",
      "departments": [{"dept_id": 1, "name": "小店"}],
      "people": [{"userid": "a1", "name": "甲"}]
    }
  ]
}"#;

fn started(people: &str) -> Result<Simulator, SettingsError> {
    let mut settings = settings(&clock());
    settings.people = Some(people.to_owned());
    Simulator::new(settings)
}

fn error(people: &str) -> String {
    started(people).err().expect("a refusal").to_string()
}

/// A small file is enough; the app then belongs to its organisation.
#[tokio::test]
async fn a_person_needs_a_userid_and_a_name_alone() {
    let sim = Sim::with(|settings| settings.people = Some(SMALL.to_owned())).await;
    let me = sim.account("a1").await;
    assert_eq!(me["nick"], "甲", "the name, without a nickname");
    let body = json!({"unionid": me["unionId"]});
    let found = sim.topapi("/topapi/user/getbyunionid", &body).await;
    assert_eq!(found["result"]["userid"], "a1");
    let apps = sim.get("/_sim/apps").await.json();
    assert_eq!(apps["apps"][0]["corp_id"], "dingsmall");
}

/// What the control interface shows can be started with, and shows the same again.
#[tokio::test]
async fn the_people_shown_are_a_people_file() {
    let first = Sim::start().await;
    let text = first.get("/_sim/people").await.text;
    let second = Sim::with(|settings| settings.people = Some(text.clone())).await;
    assert_eq!(second.get("/_sim/people").await.text, text);
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_line_and_column() {
    let misspelt = SMALL.replace("\"name\": \"甲\"", "\"nmae\": \"甲\"");
    let message = error(&misspelt);
    assert!(message.contains("line 7, column"), "{message}");
    assert!(message.contains("nmae"), "{message}");
    assert_eq!(message.matches("line 7").count(), 1, "{message}");
    let cut = error("{\n  \"organisations\": [");
    assert!(cut.contains("line 2, column 20"), "{cut}");
    assert!(error("").contains("line 1, column 0"));
}

#[test]
fn a_file_that_contradicts_itself_is_refused_with_the_place() {
    let base: Value = serde_json::from_str(SMALL).expect("JSON");
    let cases: [(&str, Value, &str); 11] = [
        (
            "/organisations/0/people/0/departments",
            json!([7]),
            "dingsmall/a1",
        ),
        (
            "/organisations/0/people/0/roles",
            json!([7]),
            "dingsmall/a1",
        ),
        (
            "/organisations/0/people/0/positions",
            json!([{"dept_id": 7, "title": "店员", "is_main": true}]),
            "position in department 7",
        ),
        (
            "/apps",
            json!([{"client_id": "x", "client_secret": "y", "corp_id": "dingsmall",
                    "suite": {"customers": ["z"]}}]),
            "organisation z",
        ),
        ("/organisations/0/people/0/userid", json!("a/1"), "userid"),
        (
            "/organisations/0/departments/0/dept_id",
            json!(2),
            "department",
        ),
        (
            "/organisations/0/departments/0/parent_id",
            json!(1),
            "department 1",
        ),
        (
            "/organisations/0/people/1",
            json!({"userid": "a1", "name": "乙"}),
            "twice",
        ),
        ("/organisations/0/corp_id", json!("a b"), "corp_id"),
        ("/organisations", json!([]), "no organisation"),
        (
            "/apps",
            json!([{"client_id": "x", "client_secret": "y", "corp_id": "z"}]),
            "organisation z",
        ),
    ];
    for (pointer, value, part) in cases {
        let mut file = base.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = file.pointer_mut(parent).expect("a place");
        match parent {
            Value::Array(list) => list.push(value),
            parent => parent[name] = value,
        }
        let message = error(&file.to_string());
        assert!(message.contains(part), "{pointer}: {message}");
        assert!(
            message.contains("contradicts itself"),
            "{pointer}: {message}"
        );
    }
}

#[test]
fn an_automatic_login_of_nobody_is_refused_at_the_start() {
    let mut settings = settings(&clock());
    settings.auto_login = Some(AutoLogin::UserId("nobody".to_owned()));
    let error = Simulator::new(settings).err().expect("a refusal");
    assert!(error.to_string().contains("nobody"));
}

/// A file may bring apps of its own, with less granted than the usual one.
#[tokio::test]
async fn a_file_may_bring_its_own_apps() {
    let mut file: Value = serde_json::from_str(SMALL).expect("JSON");
    file["apps"] = json!([{
        "client_id": "mine", "client_secret": "s", "corp_id": "dingsmall",
        "permissions": ["qyapi_base"],
    }]);
    let sim = Sim::with(|settings| settings.people = Some(file.to_string())).await;
    let token = sim.get("/gettoken?appkey=mine&appsecret=s").await.json();
    let token = token["access_token"].as_str().expect("a token");
    let path = format!("/topapi/user/listadmin?access_token={token}");
    assert_eq!(
        sim.post(&path, &json!({})).await.json()["sub_code"],
        "60011"
    );
    let usual = sim
        .get("/gettoken?appkey=dingsimapp&appsecret=dingsimsecret")
        .await;
    assert_eq!(usual.json()["errcode"], 40096);
}

//! Who is the same person: the unionId alone tells.

use std::sync::Arc;

use dingpass::domain::event::EventKind;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, House, REDIRECT, RelyingParty, http, upstream_beside};

async fn change(house: &House, userid: &str, fields: Value) {
    let path = format!("people/{userid}");
    house.sim.control(Method::PATCH, &path, fields).await;
}

async fn sub(house: &House, rp: &RelyingParty, userid: &str) -> String {
    house.sim.sign_in_as(userid).await;
    let signed_in = rp.sign_in(&mut house.browser(), &[]).await;
    signed_in.sub().to_owned()
}

async fn handed_over(house: &House) -> Vec<(String, String, String)> {
    let events = house.store.latest_events(100).await.unwrap();
    let moved = events.into_iter().filter_map(|event| match event.kind {
        EventKind::UseridChangedHands {
            userid, from, to, ..
        } => Some((userid, from.as_str().to_owned(), to.as_str().to_owned())),
        _ => None,
    });
    moved.collect()
}

async fn sub_through(house: &House, upstream: &str) -> String {
    let rp = house.rp().await;
    let request = rp.request(&[], &[]);
    let mut browser = house.browser();
    let choice = browser.get(&request.url).await;
    assert_eq!(choice.status, StatusCode::OK, "{}", choice.body);
    let start = format!("/sign-in/{upstream}?flow=");
    let (_, rest) = choice.body.split_once(&start).unwrap();
    let (flow, _) = rest.split_once('"').unwrap();
    let page = browser
        .follow(&house.url(&format!("{start}{flow}")), REDIRECT)
        .await;
    let code = Answer::of(&page).code().to_owned();
    rp.finish(request, &code).await.sub().to_owned()
}

/// CONTRIBUTING.md, Decisions: the link is (kind, corp, unionId), never the `id` of the
/// `[[upstream]]`: renaming that orphans nobody, and two applications share their people.
#[tokio::test]
async fn the_id_of_the_upstream_is_no_part_of_who_somebody_is() {
    let first = House::start().await;
    let before = sub(&first, &first.rp().await, "zhangsan").await;
    let second = House::plan()
        .more(&upstream_beside("renamed", None))
        .store(Arc::clone(&first.store))
        .custody(Arc::clone(&first.custody))
        .start()
        .await;
    assert_eq!(sub_through(&second, "renamed").await, before);
    assert_eq!(sub_through(&second, "acme").await, before);
    assert!(handed_over(&second).await.is_empty());
}

/// CONTRIBUTING.md, Old attacks: mail and phone change hands; nobody is found by them.
#[tokio::test]
async fn the_same_mail_phone_name_and_job_number_make_nobody_the_same_person() {
    let house = House::start().await;
    let rp = house.rp().await;
    let zhangsan = sub(&house, &rp, "zhangsan").await;
    let twin = json!({
        "mobile": "13900001001", "org_email": "zhangsan@xinghe.example", "name": "张三",
        "email": "zhangsan@mail.example", "personal_email": "zhangsan@mail.example",
        "job_number": "XH1001", "nick": "三哥",
    });
    change(&house, "lisi", twin).await;
    let lisi = sub(&house, &rp, "lisi").await;
    assert_ne!(zhangsan, lisi);
    // The other way round: all of that changes, the person stays.
    let changed = json!({
        "mobile": "13911112222", "org_email": "new@xinghe.example", "name": "张叁",
        "job_number": "XH9999",
    });
    change(&house, "zhangsan", changed).await;
    assert_eq!(sub(&house, &rp, "zhangsan").await, zhangsan);
    assert!(handed_over(&house).await.is_empty());
}

/// CONTRIBUTING.md, Decisions, CONTRIBUTING.md, Old attacks: a known userid with a new unionId is a new subject and
/// an event, never a silent re-link.
#[tokio::test]
async fn a_userid_that_comes_back_with_another_union_id_is_somebody_new() {
    let house = House::start().await;
    let rp = house.rp().await;
    let first = rp.sign_in(&mut house.browser(), &["profile"]).await;
    let original = house
        .sim
        .control(Method::GET, "people/zhangsan", Value::Null)
        .await["unionid"]
        .clone();
    let successor = json!({"unionid": "AnotherUnionId00000000", "name": "张三（新）"});
    change(&house, "zhangsan", successor).await;
    let second = sub(&house, &rp, "zhangsan").await;
    assert_ne!(second, first.sub());
    let expected = (
        "zhangsan".to_owned(),
        first.sub().to_owned(),
        second.clone(),
    );
    assert_eq!(handed_over(&house).await, [expected]);

    // What the first person was given still speaks of the first person.
    let answer = http()
        .get(house.url("/userinfo"))
        .bearer_auth(&first.access_token)
        .send()
        .await
        .unwrap();
    let userinfo: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(userinfo["sub"], first.sub());
    assert_eq!(userinfo["name"], "张三");

    // And the first person, should the unionId come back, is who they were.
    change(&house, "zhangsan", json!({ "unionid": original })).await;
    assert_eq!(sub(&house, &rp, "zhangsan").await, first.sub());
    assert_eq!(handed_over(&house).await.len(), 2);
}

/// DingTalk section 10: who left and was taken on again may have another userid.
#[tokio::test]
async fn a_person_who_comes_back_under_another_userid_is_the_same_person() {
    let house = House::start().await;
    let rp = house.rp().await;
    let before = sub(&house, &rp, "zhangsan").await;
    let path = "people/zhangsan";
    let mut person = house.sim.control(Method::GET, path, Value::Null).await;
    house.sim.control(Method::DELETE, path, Value::Null).await;
    person["userid"] = "zhangsan2".into();
    house
        .sim
        .control(Method::PUT, "people/zhangsan2", person)
        .await;
    assert_eq!(sub(&house, &rp, "zhangsan2").await, before);
    assert!(handed_over(&house).await.is_empty());
}

/// CONTRIBUTING.md, Decisions: `sub` is random, none of DingTalk's names shows in it.
#[tokio::test]
async fn the_sub_has_nothing_of_dingtalks_identifiers() {
    let house = House::start().await;
    let signed_in = house
        .rp()
        .await
        .sign_in(&mut house.browser(), &["dingtalk"])
        .await;
    let sub = signed_in.sub();
    assert!(sub.len() >= 20, "{sub}");
    for name in ["dingtalk_userid", "dingtalk_unionid", "dingtalk_corpid"] {
        let value = signed_in.payload()[name].as_str().unwrap().to_owned();
        assert!(!sub.contains(&value), "{sub}");
    }
}

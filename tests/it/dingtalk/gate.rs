//! Who gets in, end to end: DingTalk lets anybody with an account sign in to any application.

use http::{Method, StatusCode};
use serde_json::json;

use super::{
    APP_TOKEN, BY_UNION_ID, USER, arrived, assert_nothing_stored, attempt, detail, has_session,
};
use crate::support::{House, REDIRECT};

async fn refused(house: &House, userid: &str, cause: &str) {
    house.sim.sign_in_as(userid).await;
    let mut browser = house.browser();
    let page = attempt(&house.rp().await, &mut browser).await;
    assert_eq!(
        page.status,
        StatusCode::FORBIDDEN,
        "{userid}: {}",
        page.body
    );
    assert_eq!(detail(&page, "Cause").as_deref(), Some(cause), "{userid}");
    assert!(page.body.contains("it@acme.example"), "the contact");
    assert!(page.href("retry").is_some(), "another account");
    let back = page.href("back").unwrap();
    assert!(
        back.starts_with(REDIRECT) && back.contains("error=access_denied"),
        "{back}"
    );
    assert!(!has_session(&browser), "{userid} has a session");
}

/// DingTalk section 11.1, CONTRIBUTING.md, Old attacks: whoever is not in the directory stays out, and
/// nothing of them is kept.
#[tokio::test]
async fn leavers_strangers_and_external_contacts_stay_out_and_nothing_of_them_is_kept() {
    let house = House::start().await;
    refused(&house, "zhaoliu", "not_a_member").await;
    refused(&house, "dingothercorp/malei", "not_a_member").await;
    // The same userid in another organisation, and our mail address in that account.
    refused(&house, "dingothercorp/zhangsan", "not_a_member").await;
    refused(&house, "waibu", "external_contact").await;
    assert_nothing_stored(&house).await;
    assert_eq!(house.sim.count(USER).await, 0, "nobody was looked up");
}

/// The same page in the person's language, 60121 for the administrator.
#[tokio::test]
async fn the_page_says_why_in_the_language_of_the_browser() {
    let house = House::plan().auto_login("zhaoliu").start().await;
    let rp = house.rp().await;
    let mut browser = house.browser();
    let page = attempt(&rp, &mut browser).await;
    assert!(
        page.body
            .contains("You are not a member of this organisation")
    );
    assert_eq!(detail(&page, "DingTalk code").as_deref(), Some("60121"));
    assert_eq!(detail(&page, "Call").as_deref(), Some("user/getbyunionid"));
    assert!(detail(&page, "DingTalk request id").is_some());
    assert!(
        !page.body.contains("<details open"),
        "it is the person's turn"
    );
    let mut chinese = house.browser();
    chinese.language = "zh-CN".to_owned();
    let page = attempt(&rp, &mut chinese).await;
    assert!(page.body.contains("lang=\"zh"), "{}", page.body);
    assert!(page.body.contains("not_a_member"));
}

/// Members: ordinary ones, one who belongs to two organisations, exclusive accounts.
#[tokio::test]
async fn members_get_in_whatever_else_they_belong_to() {
    let house = House::start().await;
    let rp = house.rp().await;
    for userid in [
        "zhangsan",
        "linwan",
        "ruanzy",
        "gusso",
        "xiaoyu",
        "User_007@xh.2",
    ] {
        house.sim.sign_in_as(userid).await;
        let signed_in = rp.sign_in(&mut house.browser(), &["dingtalk"]).await;
        assert_eq!(signed_in.payload()["dingtalk_userid"], userid);
        assert_eq!(signed_in.payload()["dingtalk_corpid"], "dingsimcorp");
    }
}

/// CONTRIBUTING.md, Old attacks: the directory is asked at each sign-in, not remembered.
#[tokio::test]
async fn whoever_left_since_the_last_sign_in_stays_out_and_comes_back_as_the_same_person() {
    let house = House::start().await;
    let rp = house.rp().await;
    let before = rp.sign_in(&mut house.browser(), &[]).await;
    let change = |left: bool| {
        house
            .sim
            .control(Method::PATCH, "people/zhangsan", json!({ "left": left }))
    };
    change(true).await;
    let mut browser = house.browser();
    let page = attempt(&rp, &mut browser).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!has_session(&browser));
    change(false).await;
    let after = rp.sign_in(&mut house.browser(), &[]).await;
    assert_eq!(before.sub(), after.sub());
}

/// CONTRIBUTING.md, Decisions: with `ask_organisation` the chosen organisation must be ours, also
/// for somebody who is a member of both.
#[tokio::test]
async fn whoever_chooses_another_organisation_is_told_to_choose_ours() {
    let house = House::plan()
        .with_page()
        .upstream("ask_organisation = true")
        .start()
        .await;
    let rp = house.rp().await;
    for (corp, status) in [
        ("dingothercorp", StatusCode::FORBIDDEN),
        ("dingsimcorp", StatusCode::SEE_OTHER),
    ] {
        let mut browser = house.browser();
        let request = rp.request(&[], &[]);
        let page = browser.follow(&request.url, &house.sim.url).await;
        let url = url::Url::parse(page.location().unwrap()).unwrap();
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        for (name, value) in [
            ("userid", "linwan"),
            ("corp_id", corp),
            ("decision", "confirm"),
        ] {
            form.push((name.to_owned(), value.to_owned()));
        }
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let sent = browser
            .post(&format!("{}/oauth2/auth", house.sim.url), &form)
            .await;
        let page = browser.onward(sent, REDIRECT).await;
        if status == StatusCode::FORBIDDEN {
            assert_eq!(page.status, status, "{}", page.body);
            assert_eq!(
                detail(&page, "Cause").as_deref(),
                Some("other_organisation")
            );
            assert!(!has_session(&browser));
            assert_nothing_stored(&house).await;
            assert_eq!(house.sim.count(APP_TOKEN).await, 0);
            assert_eq!(house.sim.count(BY_UNION_ID).await, 0);
        } else {
            assert!(arrived(&page), "{}", page.body);
        }
    }
}

/// DingTalk section 6.2: 50002, a matter of the application's set-up, not of the person.
#[tokio::test]
async fn a_member_outside_the_applications_range_is_the_operators_to_mend() {
    let house = House::plan().auto_login("xumei").start().await;
    let range = "apps/dingsimapp/visible_departments";
    house.sim.control(Method::PUT, range, json!([2])).await;
    let mut browser = house.browser();
    let page = attempt(&house.rp().await, &mut browser).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(detail(&page, "Cause").as_deref(), Some("outside_range"));
    assert_eq!(detail(&page, "DingTalk code").as_deref(), Some("50002"));
    assert!(!has_session(&browser));
    assert_nothing_stored(&house).await;
}

//! No secret and no contact data in the log (what it is for outlives both).

use serde_json::Value;

use super::Operator;
use crate::authorize::Ask;
use crate::support::{Answer, CLIENT, House, REDIRECT, SECRET, http};

/// A complete login, with all that goes wrong around one: what went over the wire and what
/// DingTalk said of the person is not in any event.
#[tokio::test]
async fn no_secret_and_no_contact_data_is_in_any_event() {
    let house = House::start().await;
    let operator = Operator::of(&house);
    let rp = house.rp().await;
    let mut browser = house.browser();
    let signed_in = rp
        .sign_in(&mut browser, &["profile", "email", "phone"])
        .await;
    let page = browser.follow(&Ask::new().url(&house), REDIRECT).await;
    let code = Answer::of(&page).code().to_owned();
    let mut tokens = Vec::new();
    for secret in ["a-wrong-secret", SECRET, SECRET] {
        let answer = http()
            .post(house.url("/token"))
            .basic_auth(CLIENT, Some(secret))
            .form(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
            ])
            .send()
            .await
            .unwrap();
        tokens.push(answer.json::<Value>().await.unwrap());
    }
    house.sim.sign_in_as("zhaoliu").await;
    let page = house
        .browser()
        .follow(&Ask::new().url(&house), REDIRECT)
        .await;
    assert_eq!(page.status.as_u16(), 403);
    let odd = Ask::new().with("client_id", "a-client-that-somebody-made-up");
    house.browser().get(&odd.url(&house)).await;
    house.app.tell_failures().await;

    let events = operator.all().await;
    assert!(events.len() >= 7, "{events:#?}");
    let text = Value::from(events).to_string();
    let mut secrets = vec![
        SECRET.to_owned(),
        "a-wrong-secret".to_owned(),
        "a-client-that-somebody-made-up".to_owned(),
        code,
        tokens[1]["access_token"].as_str().unwrap().to_owned(),
        tokens[1]["id_token"].as_str().unwrap().to_owned(),
    ];
    for claim in ["name", "nickname", "email", "phone_number", "picture"] {
        if let Some(value) = signed_in.userinfo[claim].as_str() {
            secrets.push(value.to_owned());
            // The number without its country, too.
            secrets.push(value.trim_start_matches("+86").to_owned());
        }
    }
    assert!(secrets.len() >= 12, "the person has contact data");
    secrets.extend(browser.cookies.values().cloned());
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
    assert!(!text.contains('@'), "{text}");
}

//! Two secrets at a time: a secret is changed without an outage.

use crate::support::{CLIENT, House, SECRET};
use crate::token::{Ask, Redeem};

const NEXT: &str = "the-next-secret-of-32-characters-or-more";

/// CONTRIBUTING.md, Decisions: old and new go side by side, by each method.
#[tokio::test]
async fn both_secrets_of_a_client_are_good_while_one_replaces_the_other() {
    let plan = House::plan().client(&format!("client_secret_next = \"{NEXT}\""));
    let house = plan.start().await;
    let mut browser = house.browser();
    for secret in [SECRET, NEXT] {
        let code = Ask::new().code(&house, &mut browser).await;
        let basic = Redeem::anonymous(&code).basic(CLIENT, secret);
        basic.send(&house).await.tokens();
        let code = Ask::new().code(&house, &mut browser).await;
        let post = Redeem::anonymous(&code)
            .and("client_id", CLIENT)
            .and("client_secret", secret);
        post.send(&house).await.tokens();
    }
    let code = Ask::new().code(&house, &mut browser).await;
    for wrong in ["", "both", &format!("{SECRET}{NEXT}")] {
        let refused = Redeem::anonymous(&code).basic(CLIENT, wrong);
        refused.send(&house).await.refused(401, "invalid_client");
    }
    Redeem::of(&code).send(&house).await.tokens();
}

/// Without a next one, nothing but the present one is good.
#[tokio::test]
async fn a_next_secret_that_is_not_configured_is_no_secret() {
    let house = House::start().await;
    let code = Ask::new().code(&house, &mut house.browser()).await;
    let refused = Redeem::anonymous(&code).basic(CLIENT, NEXT);
    refused.send(&house).await.refused(401, "invalid_client");
}

//! By which algorithm a logout token is signed.

use dingpass::domain::signing_alg::SigningAlg;
use jsonwebtoken::Algorithm;

use super::receiver::{ALLOWED, Receiver, log_out, verified_by};
use super::wire::{is_signed_in, plan};
use crate::support::CLIENT;

/// OIDC Back-Channel Logout section 2.6: as the client's ID Tokens. And an ID Token by that
/// algorithm is a hint by which the person signs out without a question (OIDC RP-Initiated
/// Logout section 2).
#[tokio::test]
async fn a_logout_token_is_signed_as_the_clients_id_tokens_are() {
    for (alg, wanted) in [
        (SigningAlg::Ps256, Algorithm::PS256),
        (SigningAlg::Es256, Algorithm::ES256),
        (SigningAlg::EdDsa, Algorithm::EdDSA),
    ] {
        let receiver = Receiver::start().await;
        let name = alg.as_str();
        let house = plan()
            .client(&format!("backchannel_logout_uri = \"{}\"", receiver.url))
            .client(&format!("id_token_signed_response_alg = \"{name}\""))
            .more(ALLOWED)
            .delivering()
            .start()
            .await;
        let mut browser = house.browser();
        let rp = house.rp().await.signed_by(alg);
        let signed_in = rp.sign_in(&mut browser, &[]).await;
        log_out(&house, &mut browser, &signed_in).await;
        let token = receiver.tokens(1).await.remove(0);
        let claims = verified_by(wanted, &house, CLIENT, &token).await;
        assert_eq!(claims["sid"], signed_in.payload()["sid"], "{name}");
        assert!(!is_signed_in(&house, &mut browser).await);
    }
}

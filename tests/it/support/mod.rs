//! What the tests stand on: a broker and a simulated DingTalk on free loopback ports, a
//! browser that keeps cookies, a relying party of an independent library, a clock to set.

mod broker;
mod browser;
mod clock;
mod keys;
mod patience;
mod port;
mod rp;
mod rp_tokens;
mod sample;
mod signed;
mod simulator;
mod tools;
mod upstream;

pub(crate) use broker::{CLIENT, House, Plan, REDIRECT, SECRET};
pub(crate) use browser::{Browser, Page};
pub(crate) use clock::TestClock;
pub(crate) use keys::{
    jwks_of, key_settings, keyring_of, open_folder, other_keyring, private_folder, test_custody,
    test_keyring,
};
pub(crate) use patience::{PATIENCE, soon, until};
pub(crate) use port::free_port;
pub(crate) use rp::{Answer, RelyingParty, SignedIn};
pub(crate) use sample::SAMPLE;
pub(crate) use signed::end_all_signed_by;
pub(crate) use simulator::DingTalkSim;
pub(crate) use tools::{as_nobody, as_one_who_may_not_write, has, nobody_reaches};
pub(crate) use upstream::upstream_beside;

/// An HTTP client that follows nothing and uses no proxy.
pub(crate) fn http() -> reqwest::Client {
    install_crypto();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// What `main` does first.
pub(crate) fn install_crypto() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}

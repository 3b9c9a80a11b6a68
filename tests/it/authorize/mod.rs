//! The authorization endpoint and the callbacks, as a browser sees them.

mod addresses;
mod answers;
mod asked_claims;
mod attempts;
mod detours;
mod form_post;
mod hints;
mod languages;
mod loopback;
mod max_age;
mod offers;
mod pages;
mod parameters;
mod pkce;
mod posting;
mod prompt;
mod request;
mod scopes;
mod tabs;
mod upstreams;

pub(crate) use form_post::fields;
pub(crate) use request::{
    Ask, error_of, payload, redeem, refused_on_a_page, single_pages, userinfo_status,
};
mod head;

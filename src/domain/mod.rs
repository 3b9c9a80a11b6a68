//! Layer 0: the words of the house. Records and pure rules; no IO, no clock, no locks.
//! Functions that depend on the moment take `now`.

pub mod address;
pub mod authorization;
pub mod claims;
pub mod claims_request;
pub mod client;
pub mod client_keys;
pub mod code;
pub mod consent;
pub mod error;
pub mod event;
pub mod family;
pub mod grant;
pub mod grant_type;
pub mod id;
pub mod identity;
pub mod issuer;
pub mod key_change;
pub mod key_state;
pub mod lifetimes;
pub mod locale;
pub mod logout;
pub mod params;
pub mod person_claim;
pub mod pkce;
pub mod reach;
pub mod readiness;
pub mod rsa_bits;
pub mod scope;
pub mod secret;
pub mod service_scope;
pub mod session;
pub mod signing_alg;
pub mod standing;
pub mod unseen;
pub mod uri;

//! The token endpoint, as bytes on the wire.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod at_hash;
mod basic;
mod body;
mod client_authentication;
mod id_token;
mod redemption;
mod replay;
mod requests;
mod session;
mod wire;

pub(crate) use wire::{Ask, Redeem, Reply, VERIFIER, challenge, payload};

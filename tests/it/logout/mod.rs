//! OIDC RP-Initiated, Back-Channel and Front-Channel Logout 1.0.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod addresses;
mod afterwards;
mod algorithms;
mod back_channel;
mod by_key;
mod confirming;
mod front_channel;
mod hints;
mod receiver;
mod requests;
mod retries;
mod wire;

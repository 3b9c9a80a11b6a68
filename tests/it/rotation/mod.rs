//! A rotation that no application notices (OIDC Core section 10.1.1): relying parties that
//! keep the published keys in four ways go through ten rotations; and, so that this means
//! something, what they meet where a rotation is not as it should be.

// Tells clippy that the helpers here are tests too: they may panic.
#![cfg(test)]

mod controls;
mod dingtalk_page;
mod ear;
mod house;
mod key_cache;
mod ledger;
mod pace;
mod party;
mod process;
mod soak;
mod told;
mod worker;

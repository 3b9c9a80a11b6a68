//! HTTP: decodes a request, calls one service, encodes its answer. No rule of a protocol is
//! decided here, and neither store, keys nor upstreams are named.

pub mod admin;
mod around;
mod caller;
mod consent;
mod cookie;
mod cors;
mod error;
mod form;
mod headers;
mod origins;
mod pages;
mod protocol;
mod redirect;
mod routes;
mod state;
mod text;
mod trace;
mod unread;

pub use origins::ClientOrigins;
pub use routes::router;
pub use state::{Settings, Web};

//! dingpass: an OpenID Connect broker that signs people in through DingTalk.
//!
//! # The map
//!
//! Layers import downward only; `tests/it/architecture.rs` holds that.
//!
//! * **5** [`cli`]: the door. Arguments, exit codes, words at the terminal.
//! * **4** [`app`]: the composition root. A configuration becomes services, a router and
//!   background tasks.
//! * **3** [`web`]: HTTP, HTML, cookies, status codes. Decodes, calls one service, encodes.
//! * **2** [`protocol`]: the rules of the specs. What a browser or a client gets, and why not.
//!   [`operator`]: what the operator may ask and do. It may see `protocol`, never the reverse.
//! * **1** The world behind traits, each seeing only layer 0: [`store`] (what is remembered),
//!   [`keyring`] (keys that sign and seal), [`upstream`] (who vouches for people; it alone
//!   uses [`outbound`], the HTTP clients), [`config`] (the file, for `app` and `cli` alone).
//! * **0** [`domain`], [`clock`], [`entropy`]: words and records, two tiny traits.
//!
//! [`sim`] (a simulated DingTalk) and [`demo`] (a sample application) stand beside: they see
//! clock and entropy, and only `cli` sees them.
//!
//! # Words of our own
//!
//! *Upstream provider*: who vouches for people (DingTalk). *Identity*: what an upstream says
//! of a person. *Link*: the tie of an identity to a subject. *Pending authorization*: a
//! checked request whose person is on the way through an upstream; its *flow* is the cookie
//! that carries it. *Grant*: what a person gave a client; tokens hang from it. *Entitlement*:
//! all that tokens are made from. *Refusal*: a no, with its cause. *Step*: what a browser does
//! next. *Operator*: who runs this.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod domain;
pub mod entropy;
pub mod keyring;
pub mod operator;
pub mod outbound;
pub mod protocol;
pub mod sim;
pub mod store;
pub mod upstream;
pub mod web;

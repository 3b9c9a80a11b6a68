//! Sessions and the cookies that open them.

mod changes;
mod cookies;
mod headers;
mod leavers;
mod lifetimes;
mod nothing_kept;

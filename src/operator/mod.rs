//! What the operator may ask and do, beside the rules of the specs: used by the operator's
//! socket and by the command line alike, so that each operation exists once. It sees what
//! `protocol` sees and may call it; `protocol` knows nothing of it.
//!
//! Never reachable over TCP: who asks here has proved to the operating system who they are.

pub mod audit;
pub mod keys;

/// Where the socket answers questions about the audit log. The number is that of this
/// interface: it grows when a request or an answer changes its meaning, so that a command
/// line of another version is told so instead of being misunderstood.
pub const AUDIT_PATH: &str = "/1/audit";

/// Where the socket answers questions about the keys.
pub const KEYS_PATH: &str = "/1/keys";

/// The header that names the version of the program which answers.
pub const VERSION_HEADER: &str = "dingpass-version";

/// The header that says that a limit left earlier events out.
pub const LEFT_OUT_HEADER: &str = "dingpass-left-out";

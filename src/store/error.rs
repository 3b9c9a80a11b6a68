//! Why the store did not do what it was asked. The words are for the operator's log and name
//! files and tables; nothing of a row is in them.

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the file.
    #[error("{0} is in use by another process; is dingpass running already?")]
    Locked(String),
    /// The file can't be opened or made.
    #[error("{path} can't be opened: {reason}")]
    CannotOpen {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file was written by a later version.
    #[error("{path} was written by a newer dingpass (schema {found}, this one knows {known})")]
    Newer {
        /// The file.
        path: String,
        /// The schema in the file.
        found: u64,
        /// The schema of this program.
        known: u64,
    },
    /// Reading or writing failed; nothing of the act was kept.
    #[error("the store failed: {0}")]
    Failed(String),
    /// A row is not what was written.
    #[error("a row of {table} can't be read: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// Why.
        reason: String,
    },
}

//! What the store remembers of the keys, for who keeps them. Their custody waits for disks
//! anyway and knows nothing of asynchronous work, so each act has a thread of its own here,
//! whoever asks: also who starts the server, within its runtime.

use std::sync::Arc;

use crate::keyring::{ListKeeper, Remembered};
use crate::store::{Store, StoreError};

/// What the store remembers of the keys, and where their list is kept if the folder keeps none.
///
/// # Errors
/// [`StoreError`]: without knowing what was revoked nothing may sign.
pub(super) fn remembered(store: &Arc<dyn Store>, keeps: bool) -> Result<Remembered, StoreError> {
    let known = wait_for(store.recall_keys())?;
    let keeper = StoredList(Arc::clone(store));
    Ok(Remembered {
        revoked: known.revoked,
        list: known.list,
        keeper: keeps.then(|| Arc::new(keeper) as _),
    })
}

struct StoredList(Arc<dyn Store>);

impl ListKeeper for StoredList {
    fn keep(&self, list: Option<&str>) -> Result<(), String> {
        let list = list.map(str::to_owned);
        wait_for(self.0.keep_key_list(list)).map_err(|error| error.to_string())
    }
}

/// Waits on a thread that is none of a runtime's, where waiting would be refused.
fn wait_for<T: Send>(
    act: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    let broken = |words: &dyn std::fmt::Display| StoreError::Failed(words.to_string());
    std::thread::scope(|scope| {
        let done = std::thread::Builder::new()
            .name("key-memory".to_owned())
            .spawn_scoped(scope, move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .map_err(|error| broken(&error))?
                    .block_on(act)
            });
        done.map_err(|error| broken(&error))?
            .join()
            .unwrap_or_else(|_| Err(broken(&"the work was broken off")))
    })
}

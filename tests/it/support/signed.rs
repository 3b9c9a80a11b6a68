//! Ending what one key signed, to its end.

use dingpass::store::{EndSignedBy, EndedBatch, Store};

/// Ends all of it, batch by batch.
pub(crate) async fn end_all_signed_by(store: &dyn Store, mut act: EndSignedBy) -> EndedBatch {
    let mut all = EndedBatch::default();
    loop {
        let batch = store.end_signed_by(act.clone()).await.unwrap();
        all.grants += batch.grants;
        all.sessions += batch.sessions;
        match batch.next {
            Some(next) => act.from = next,
            None => return all,
        }
    }
}

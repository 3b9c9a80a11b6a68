//! What clients are known to have: a row for each.

use async_trait::async_trait;
use redb::{ReadableTable as _, ReadableTableMetadata as _, WriteTransaction};

use super::rows::{READINESS, decode, encode};
use super::{RedbStore, failed};
use crate::domain::readiness::ClientReadiness;
use crate::store::{KeyReadiness, MOST_READINESS, StoreError};

#[async_trait]
impl KeyReadiness for RedbStore {
    async fn load_readiness(&self) -> Result<Vec<ClientReadiness>, StoreError> {
        let table = self.read().await?.open_table(READINESS).map_err(failed)?;
        let mut all = Vec::new();
        for row in table.iter().map_err(failed)? {
            let (client, row) = row.map_err(failed)?;
            match decode("readiness", row.value()) {
                Ok(readiness) => all.push(readiness),
                // It is learned anew at the client's next fetch.
                Err(error) => {
                    let client = client.value();
                    tracing::error!(client, %error, "what a client is known to have is passed over");
                }
            }
        }
        Ok(all)
    }

    async fn record_readiness(&self, changed: Vec<ClientReadiness>) -> Result<(), StoreError> {
        if changed.is_empty() {
            return Ok(());
        }
        self.writer
            .run(move |transaction| record(transaction, &changed))
            .await
    }
}

fn record(transaction: &WriteTransaction, changed: &[ClientReadiness]) -> Result<(), StoreError> {
    let mut table = transaction.open_table(READINESS).map_err(failed)?;
    for readiness in changed {
        let row = encode("readiness", readiness)?;
        table
            .insert(readiness.client.as_str(), row.as_slice())
            .map_err(failed)?;
    }
    let rows = usize::try_from(table.len().map_err(failed)?).unwrap_or(usize::MAX);
    let surplus = rows.saturating_sub(MOST_READINESS);
    if surplus == 0 {
        return Ok(());
    }
    let mut by_age: Vec<(Option<i64>, String)> = Vec::new();
    for row in table.iter().map_err(failed)? {
        let (client, row) = row.map_err(failed)?;
        // What can't be read is the first to go.
        let heard = decode::<ClientReadiness>("readiness", row.value())
            .ok()
            .and_then(|readiness| readiness.heard_at());
        by_age.push((heard, client.value().to_owned()));
    }
    by_age.sort_unstable();
    for (_, client) in by_age.into_iter().take(surplus) {
        table.remove(client.as_str()).map_err(failed)?;
    }
    Ok(())
}

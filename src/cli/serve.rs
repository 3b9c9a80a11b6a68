//! `dingpass serve`

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::configuration::File;
use super::{listen, logs};
use crate::app::{App, Foundation};
use crate::clock::SystemClock;
use crate::config::StoreLocation;
use crate::entropy::SystemEntropy;

pub(super) fn run(file: &File) -> anyhow::Result<()> {
    let config = file.load()?;
    let in_memory = config.store.location == StoreLocation::Memory;
    logs::start(&config.log, in_memory)?;
    super::block_on(async move {
        let stopped = listen::stop_signal()?;
        let (issuer, address) = (config.issuer.to_string(), config.http.listen);
        let warnings = config.warnings.len();
        let foundation = Foundation::open(&config, Arc::new(SystemClock), Arc::new(SystemEntropy))?;
        let app = App::assemble(config, foundation)?;
        let listener = listen::bind(address)?;
        let operator = app.operator_socket()?;
        let router = app.router();
        if warnings > 0 {
            tracing::warn!(
                warnings,
                "the configuration has warnings; `check` shows them"
            );
        }
        tracing::info!(
            issuer,
            %address,
            version = env!("CARGO_PKG_VERSION"),
            "dingpass is serving"
        );
        // What still happens while requests under way come to their end is told, too; and who
        // follows the audit log sees it.
        let (drained, told) = (CancellationToken::new(), CancellationToken::new());
        let background = tokio::spawn(app.run_background(drained.clone()));
        let operator = operator.map(|socket| tokio::spawn(socket.serve(told.clone())));
        let served = listen::serve(listener, router, stopped).await;
        drained.cancel();
        background.await?;
        told.cancel();
        if let Some(operator) = operator {
            operator.await?;
        }
        served?;
        tracing::info!("dingpass has stopped");
        Ok(())
    })
}

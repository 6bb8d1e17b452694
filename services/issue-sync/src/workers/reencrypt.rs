//! Encrypts stored secrets with the current key if they are encrypted with another one, while the service runs.
//!
//! A batch is a transaction that holds the locks of its rows, so concurrent changes cannot be overwritten, and a process that is killed
//! loses only its batch. During the rollout of a new key other replicas still write with the old one, so the worker checks repeatedly.

use std::time::Duration;

use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::sealed_values::{self, COLUMNS, Column};

/// The time between two checks.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        for column in COLUMNS {
            if let Err(error) = reencrypt(&context, column).await {
                tracing::warn!(%error, table = column.table, "stored secrets could not be encrypted with the current key; the next attempt is in a minute");
            }
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}

async fn reencrypt(context: &Context, column: Column) -> Result<(), Error> {
    let keys = &context.sealing;
    let (mut after_id, mut done) = (i64::MIN, 0);
    while !context.stop.is_requested() {
        let mut tx = context.db.begin().await?;
        let values = sealed_values::lock_not_under(&mut tx, column, keys.current(), after_id).await?;
        let Some(last) = values.last() else { break };
        after_id = last.id;
        for value in &values {
            match keys.reseal(&column.owner(value.id), &value.sealed) {
                Ok(sealed) => {
                    sealed_values::write(&mut tx, column, value.id, &sealed).await?;
                    done += 1;
                }
                Err(error) => {
                    tracing::error!(%error, owner = column.owner(value.id), "a stored secret cannot be decrypted; it keeps its old key");
                }
            }
        }
        tx.commit().await?;
    }
    if done > 0 {
        context.metrics.secrets_reencrypted.inc_by(done);
        tracing::info!(key = %keys.current(), done, table = column.table, "stored secrets were encrypted with the current key");
    }
    Ok(())
}

//! Encrypts stored secrets with the current key if they are encrypted with another one, while the service runs.
//!
//! A batch is a transaction that holds the lock of all changes. Concurrent changes therefore cannot overwrite it, two replicas do
//! not encrypt the same values twice, and a process that is killed loses only its batch. During the rollout of a new key other
//! replicas still write with the old one, so the worker checks repeatedly.

use std::time::Duration;

use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::sealing::reseal;
use crate::store::{sealed_values, versions};

/// The time between two checks.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        if let Err(error) = reencrypt(&context).await {
            tracing::warn!(%error, "stored secrets could not be encrypted with the current key; the next attempt is in a minute");
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}

/// Goes through all apps once.
async fn reencrypt(context: &Context) -> Result<(), Error> {
    let key = context.sealing.current();
    let (mut after_id, mut done, mut left) = (0, 0, 0);
    loop {
        let page = sealed_values::not_under(&context.db, key, after_id).await?;
        let Some(last) = page.last() else { break };
        if page.iter().any(|values| values.not_under(key) > 0) {
            let batch = reencrypt_batch(context, after_id, last.app_id).await?;
            done += batch.done;
            left += batch.left;
            context.metrics.secrets_reencrypted.inc_by(batch.done as u64);
            context.metrics.secrets_to_reencrypt.dec_by(batch.done as i64);
        }
        after_id = last.app_id;
        if context.stop.is_requested() {
            return Ok(());
        }
    }
    context.metrics.secrets_to_reencrypt.set(left as i64);
    if done > 0 {
        tracing::info!(%key, done, left, "stored secrets were encrypted with the current key");
    }
    Ok(())
}

/// Numbers of values that were encrypted, and of values that could not be.
struct Batch {
    done: usize,
    left: usize,
}

/// Encrypts the secrets of the apps above `after_id` up to `last_id`.
async fn reencrypt_batch(context: &Context, after_id: i64, last_id: i64) -> Result<Batch, Error> {
    let (keys, mut batch) = (&context.sealing, Batch { done: 0, left: 0 });
    let mut tx = context.db.begin().await?;
    versions::next(&mut tx).await?;
    for mut values in sealed_values::not_under_in(&mut tx, keys.current(), after_id).await? {
        let due = values.not_under(keys.current());
        if due == 0 || values.app_id > last_id {
            continue;
        }
        let failed = reseal(keys, &mut values);
        batch.left += failed;
        batch.done += due - failed;
        if failed < due {
            sealed_values::write(&mut tx, &values).await?;
        }
    }
    tx.commit().await?;
    Ok(batch)
}

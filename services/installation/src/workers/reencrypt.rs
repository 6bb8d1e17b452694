//! Encrypts with the current key what is encrypted with another one, while everything goes on.
//!
//! A batch is a transaction that holds the lock of all changes: nobody writes back what they read before it, two replicas do not
//! do the same twice, and a process that is killed has lost nothing but that batch. Other replicas may have another current key
//! while a new one is rolled out, so it is looked again and again.

use std::time::Duration;

use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::sealing::reseal;
use crate::store::{sealed_values, versions};

/// How soon it is noticed that another replica has written with another key.
const PAUSE: Duration = Duration::from_secs(60);

/// Until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        if let Err(error) = reencrypt(&context).await {
            tracing::warn!(%error, "stored secrets are not encrypted with the current key yet, will be tried again");
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

/// How many values were encrypted anew, and how many could not be.
struct Batch {
    done: usize,
    left: usize,
}

/// The apps above `after_id` up to `last_id`.
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

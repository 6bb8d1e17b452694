//! The service refuses to start without a key that is in use, because it would fail for each app encrypted with it.

use anyhow::ensure;
use patchbay_db::Db;
use patchbay_domain::sealed::SealingKeys;

use crate::domain::app::sealed_values::KeyState;
use crate::domain::app::sealed_values::KeyUse;
use crate::store::sealed_values;

/// Returns the number of stored secrets that are encrypted with another key than the current one.
///
/// # Errors
/// A stored secret is encrypted with a key that is not configured.
pub(crate) async fn refuse_missing_keys(db: &Db, keys: &SealingKeys) -> anyhow::Result<i64> {
    let uses = sealed_values::tally(db).await?.by_key(keys);
    let missing = uses.iter().filter(|key| key.state == KeyState::Missing);
    let missing: Vec<_> =
        missing.map(|key| format!("{} are encrypted with the key {}", key.total(), key.id)).collect();
    ensure!(
        missing.is_empty(),
        "of the stored secrets of apps {}; configured are {}. Add the missing key to PATCHBAY_OLD_ENCRYPTION_KEYS, \
         see docs/keys.md",
        missing.join(" and "),
        keys.ids().map(|id| id.to_string()).collect::<Vec<_>>().join(", "),
    );
    let others = uses.iter().filter(|key| key.state == KeyState::Other).map(KeyUse::total);
    Ok(i64::try_from(others.sum::<usize>())?)
}

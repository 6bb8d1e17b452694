use patchbay_domain::{Error, Result};
use uuid::Uuid;

use crate::context::Context;
use crate::store::recoveries::{self, Recovery};

pub(super) async fn find_recovery(context: &Context, id: &str) -> Result<Recovery> {
    let missing = || Error::not_found("RECOVERY_NOT_FOUND", "There is no such recovery.");
    let id: Uuid = id.parse().map_err(|_| missing())?;
    recoveries::find(&context.db, id).await?.ok_or_else(missing)
}

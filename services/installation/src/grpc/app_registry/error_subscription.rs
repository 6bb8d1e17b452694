//! Subscriptions to the `error` resource, which an organization needs a feature for.

use patchbay_domain::{Error, feature};

use crate::context::Context;
use crate::domain::app::subscriptions;

pub(super) async fn may_subscribe_to_errors(context: &Context, organization: i64) -> Result<(), Error> {
    let found = context.directory.find(&organization.to_string()).await?;
    let features = found.map(|organization| organization.features).unwrap_or_default();
    if features.iter().any(|name| name == feature::EVENT_HOOKS) {
        Ok(())
    } else {
        Err(subscriptions::errors_not_allowed())
    }
}

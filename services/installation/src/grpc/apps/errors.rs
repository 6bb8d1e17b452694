//! Forwarding every stored error is a feature of its own.

use patchbay_domain::{Error, feature};

use crate::domain::subscriptions;
use crate::registry::Registry;

pub(super) async fn may_be_subscribed(registry: &Registry, organization: i64) -> Result<(), Error> {
    let found = registry.directory.find(&organization.to_string()).await?;
    let features = found.map(|organization| organization.features).unwrap_or_default();
    if features.iter().any(|name| name == feature::EVENT_HOOKS) {
        Ok(())
    } else {
        Err(subscriptions::errors_not_allowed())
    }
}

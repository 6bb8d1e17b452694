//! Subscriptions in the form that matching needs.

use patchbay_domain::ScopeSet;
use uuid::Uuid;

use super::kind::KindSet;

/// An installation and the event types its app subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) installation_id: Uuid,
    pub(crate) organization_id: i64,
    pub(crate) installed: bool,
    pub(crate) app_id: i64,
    pub(crate) app_uuid: Uuid,
    pub(crate) app_slug: String,
    pub(crate) app_name: String,
    pub(crate) events: KindSet,
    /// Including all implied scopes.
    pub(crate) scopes: ScopeSet,
    /// Sorted; empty means all.
    pub(crate) project_ids: Vec<i64>,
    pub(crate) has_webhook: bool,
    /// Why no webhooks are sent for now; empty while they are sent.
    pub(crate) suspended_by: String,
}

/// A change of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Set(Box<Subscription>),
    Removed { organization_id: i64, installation_id: Uuid },
}

//! The subscription of one installation: which events it receives.

use patchbay_domain::Scope;
use uuid::Uuid;

use crate::domain::installation::InstallationStatus;
use crate::domain::suspension::Suspended;

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) installation: Uuid,
    pub(crate) status: InstallationStatus,
    pub(crate) organization_id: i64,
    pub(crate) app_id: i64,
    pub(crate) app_uuid: Uuid,
    pub(crate) app_slug: String,
    pub(crate) app_name: String,
    pub(crate) events: Vec<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) has_webhook: bool,
    /// Empty for all projects.
    pub(crate) project_ids: Vec<i64>,
    pub(crate) suspended: Option<Suspended>,
}

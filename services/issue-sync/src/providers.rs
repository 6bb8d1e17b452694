//! The list of the providers. The rest of the service names none of them.

pub(crate) mod registry;

use std::sync::Arc;

use patchbay_provider::Provider;
use patchbay_provider_jira_server::JiraServer;

/// The providers that every deployment has.
pub fn built_in() -> Vec<Arc<dyn Provider>> {
    vec![Arc::new(JiraServer::new())]
}

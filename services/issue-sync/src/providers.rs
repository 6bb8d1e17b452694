//! The list of the providers. The rest of the service names none of them.

pub(crate) mod registry;

use std::sync::Arc;

use patchbay_provider::Provider;
use patchbay_runtime::Settings;

/// Settings of the providers.
#[derive(Debug, Clone, Default)]
pub struct ProviderConfig {}

impl ProviderConfig {
    /// Reads and declares the settings; [`Settings::finish`] reports problems.
    pub fn read(_settings: &Settings) -> Self {
        Self {}
    }

    /// The providers of this process.
    pub fn providers(&self) -> Vec<Arc<dyn Provider>> {
        Vec::new()
    }
}

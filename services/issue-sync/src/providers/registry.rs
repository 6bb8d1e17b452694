use std::collections::BTreeMap;
use std::sync::Arc;

use patchbay_provider::Provider;

/// The providers of this process, by key. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry(Arc<BTreeMap<String, Arc<dyn Provider>>>);

impl Registry {
    /// A registry of these providers.
    ///
    /// # Panics
    /// Two of them have the same key or path.
    pub(crate) fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        let mut by_key = BTreeMap::<String, Arc<dyn Provider>>::new();
        for provider in providers {
            let descriptor = provider.descriptor();
            let path_is_taken = by_key.values().any(|other| other.descriptor().path == descriptor.path);
            let previous = by_key.insert(descriptor.key.clone(), provider);
            assert!(previous.is_none() && !path_is_taken, "two providers have the same key or path");
        }
        Self(Arc::new(by_key))
    }

    /// The provider with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Arc<dyn Provider>> {
        self.0.get(key)
    }

    /// The provider whose paths below `/extensions/` begin with this part.
    pub(crate) fn by_path(&self, path: &str) -> Option<&Arc<dyn Provider>> {
        self.0.values().find(|provider| provider.descriptor().path == path)
    }

    /// All providers, by key.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.0.values()
    }
}

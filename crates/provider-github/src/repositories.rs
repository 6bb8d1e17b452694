//! The repositories of installations, remembered for a short time.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache as Moka;
use patchbay_provider::Result;

use crate::api::Api;
use crate::key::Repository;

/// Repositories are asked for again after this time.
const FRESH: Duration = Duration::from_secs(240);
/// Installations that are remembered.
const MAX_CACHED: u64 = 200;
/// Pages of 100 that are read.
const MAX_PAGES: usize = 10;

/// The repositories of an installation, by name, without archived ones.
#[derive(Debug)]
pub(crate) struct Repositories {
    names: Vec<Repository>,
    /// False if there are more.
    is_complete: bool,
}

impl Repositories {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Repository> {
        self.names.iter()
    }

    /// The repository with this name; case does not matter. One that may exist beyond the list is believed.
    pub(crate) fn find(&self, full_name: &str) -> Option<Repository> {
        let known = self.iter().find(|known| known.to_string().eq_ignore_ascii_case(full_name)).cloned();
        known.or_else(|| Repository::parse(full_name).filter(|_| !self.is_complete))
    }
}

/// The repositories of all installations.
#[derive(Debug, Clone)]
pub(crate) struct Cache(Moka<i64, Arc<Repositories>>);

impl Cache {
    pub(crate) fn new() -> Self {
        Self(Moka::builder().max_capacity(MAX_CACHED).time_to_live(FRESH).build())
    }

    pub(crate) async fn repositories(&self, api: &Api<'_>) -> Result<Arc<Repositories>> {
        let id = api.installation.integration.id;
        if let Some(known) = self.0.get(&id) {
            return Ok(known);
        }
        let (found, has_more) =
            api.pages("installation/repositories", Some("repositories"), MAX_PAGES).await?;
        let usable = found.iter().filter(|repository| repository["archived"] != true);
        let mut names: Vec<Repository> =
            usable.filter_map(|found| Repository::parse(found["full_name"].as_str()?)).collect();
        names.sort_by_key(|name| name.to_string().to_ascii_lowercase());
        let found = Arc::new(Repositories { names, is_complete: !has_more });
        self.0.insert(id, found.clone());
        Ok(found)
    }
}

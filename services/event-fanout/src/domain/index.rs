//! Who subscribed to what, by organization.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::decide;
use super::event::Target;
use super::subscription::{Change, Subscription};

/// Every subscription there is. What it costs to find the receivers of an event depends on the
/// installations of its organization only.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    /// Ordered by installation, so that an event handed over twice is packed the same way twice.
    organizations: HashMap<i64, BTreeMap<Uuid, Subscription>>,
}

impl Index {
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Set(subscription) => {
                let organization = self.organizations.entry(subscription.organization_id).or_default();
                organization.insert(subscription.installation_id, *subscription);
            }
            Change::Removed { organization_id, installation_id } => {
                let Some(organization) = self.organizations.get_mut(&organization_id) else { return };
                organization.remove(&installation_id);
                if organization.is_empty() {
                    self.organizations.remove(&organization_id);
                }
            }
        }
    }

    /// The installations of an organization, by uuid.
    pub(crate) fn installations(&self, organization_id: i64) -> impl Iterator<Item = &Subscription> {
        self.organizations.get(&organization_id).into_iter().flat_map(BTreeMap::values)
    }

    pub(crate) fn get(&self, organization_id: i64, installation_id: Uuid) -> Option<&Subscription> {
        self.organizations.get(&organization_id)?.get(&installation_id)
    }

    /// The organization of an installation. Looks through all of them.
    pub(crate) fn organization_of(&self, installation_id: Uuid) -> Option<i64> {
        let holds = |(_, installations): &(&i64, &BTreeMap<Uuid, Subscription>)| {
            installations.contains_key(&installation_id)
        };
        self.organizations.iter().find(holds).map(|(organization_id, _)| *organization_id)
    }

    /// Whether there is somebody of that name in the organization, in whatever state.
    pub(crate) fn knows(&self, organization_id: i64, target: &Target) -> bool {
        match target {
            Target::Unconditional { .. } => true,
            Target::Installation(id) => self.get(organization_id, *id).is_some(),
            Target::App(_) => {
                self.installations(organization_id).any(|installed| decide::names(target, installed))
            }
        }
    }

    /// How many installations there are.
    pub(crate) fn len(&self) -> usize {
        self.organizations.values().map(BTreeMap::len).sum()
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;

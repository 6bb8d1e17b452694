//! Subscriptions by organization.

use std::collections::HashMap;

use uuid::Uuid;

use super::event::Target;
use super::matching;
use super::subscription::{Change, Subscription};

/// All subscriptions. The cost of finding the receivers of an event depends only on the number of installations in its
/// organization.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    /// Ordered by installation, so that an event is packed the same way each time. A vector, because most organizations have few
    /// installations.
    organizations: HashMap<i64, Vec<Subscription>>,
    /// The organization of each installation.
    organization_of: HashMap<Uuid, i64>,
}

impl Index {
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Set(subscription) => {
                self.organization_of.insert(subscription.installation_id, subscription.organization_id);
                let organization = self.organizations.entry(subscription.organization_id).or_default();
                match position(organization, subscription.installation_id) {
                    Ok(at) => organization[at] = *subscription,
                    Err(at) => {
                        if organization.len() == organization.capacity() {
                            organization.reserve_exact(organization.len() / 2 + 1);
                        }
                        organization.insert(at, *subscription);
                    }
                }
            }
            Change::Removed { organization_id, installation_id } => {
                self.organization_of.remove(&installation_id);
                let Some(organization) = self.organizations.get_mut(&organization_id) else { return };
                if let Ok(at) = position(organization, installation_id) {
                    organization.remove(at);
                }
                if organization.is_empty() {
                    self.organizations.remove(&organization_id);
                }
            }
        }
    }

    /// The installations of an organization, by uuid.
    pub(crate) fn installations(&self, organization_id: i64) -> impl Iterator<Item = &Subscription> {
        self.organizations.get(&organization_id).into_iter().flatten()
    }

    pub(crate) fn get(&self, organization_id: i64, installation_id: Uuid) -> Option<&Subscription> {
        let organization = self.organizations.get(&organization_id)?;
        organization.get(position(organization, installation_id).ok()?)
    }

    /// The organization of an installation in any state.
    pub(crate) fn organization_of(&self, installation_id: Uuid) -> Option<i64> {
        self.organization_of.get(&installation_id).copied()
    }

    /// Whether the target is an installation of the organization, in any state.
    pub(crate) fn knows(&self, organization_id: i64, target: &Target) -> bool {
        match target {
            Target::Unconditional { .. } => true,
            Target::Installation(id) => self.get(organization_id, *id).is_some(),
            Target::App(_) => {
                self.installations(organization_id).any(|installed| matching::names(target, installed))
            }
        }
    }

    /// The number of installations.
    pub(crate) fn len(&self) -> usize {
        self.organization_of.len()
    }
}

/// The position of an installation, or the one to insert it at.
fn position(organization: &[Subscription], installation_id: Uuid) -> Result<usize, usize> {
    organization.binary_search_by_key(&installation_id, |subscription| subscription.installation_id)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;

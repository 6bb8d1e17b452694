use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::settings::is_on;
use crate::store::organization_integrations;

/// Rows that many changes of a batch need. It lives as long as the batch, so nothing in it is older than that.
#[derive(Debug)]
pub(super) struct Lookup<'a> {
    pub(super) context: &'a Context,
    organizations: Mutex<HashMap<i64, bool>>,
    uses: Mutex<HashMap<(i64, i64), Option<OrganizationIntegration>>>,
    users: Mutex<HashMap<String, Option<i64>>>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, organizations: Mutex::default(), uses: Mutex::default(), users: Mutex::default() }
    }

    /// The integration of an organization, if it is active, the organization may synchronise and the setting is on.
    pub(super) async fn wanting(
        &self,
        organization_id: i64,
        integration_id: i64,
        setting: &str,
    ) -> Result<Option<OrganizationIntegration>, Error> {
        let key = (organization_id, integration_id);
        let known = lock(&self.uses).get(&key).cloned();
        let of = match known {
            Some(known) => known,
            None => {
                let found =
                    organization_integrations::find(&self.context.db, organization_id, integration_id)
                        .await?;
                lock(&self.uses).insert(key, found.clone());
                found
            }
        };
        let Some(of) = of.filter(|of| of.is_active() && is_on(&of.config, setting)) else { return Ok(None) };
        Ok(if self.may_sync(organization_id).await? { Some(of) } else { None })
    }

    async fn may_sync(&self, organization_id: i64) -> Result<bool, Error> {
        if let Some(known) = lock(&self.organizations).get(&organization_id) {
            return Ok(*known);
        }
        let organization = self.context.tracker.organization(&organization_id.to_string()).await?;
        let may = organization.is_some_and(|organization| organization.may_sync());
        lock(&self.organizations).insert(organization_id, may);
        Ok(may)
    }

    /// The active user with this e-mail address.
    pub(super) async fn user_by_email(&self, email: &str) -> Result<Option<i64>, Error> {
        // The directory knows which addresses are the same; here only equal texts are.
        let email = email.to_owned();
        let known = lock(&self.users).get(&email).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.context.tracker.user_by_email(&email).await?;
        lock(&self.users).insert(email, found);
        Ok(found)
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

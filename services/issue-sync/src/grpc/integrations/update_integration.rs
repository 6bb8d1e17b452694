use patchbay_audit::Entry;
use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::issue_sync as proto;
use serde_json::Value;

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, integration_not_found};
use crate::domain::settings::{Mapping, SettingsChange, read_change};
use crate::domain::{access, failure, json};
use crate::grpc::organizations;
use crate::installations::acting;
use crate::linking::try_again;
use crate::store::{organization_integrations, status_mappings};

/// Bytes of a change.
const MAX_SETTINGS: usize = 256 * 1024;

pub(super) async fn update_integration(
    context: &Context,
    caller: &Caller,
    request: proto::UpdateIntegrationRequest,
) -> Result<proto::UpdateIntegrationResponse, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_write(caller, organization.id)?;
    let of = organizations::integration(context, &organization, request.id).await?;
    let acting = acting(context, &of)?.ok_or_else(integration_not_found)?;
    let body = json::object(&request.settings_json, MAX_SETTINGS)?;
    let change = read_change(&acting.provider.descriptor().settings, &body)?;
    if change.is_empty() {
        return Ok(proto::UpdateIntegrationResponse {});
    }
    let checked = acting.provider.check_settings(&acting.installation, &body).await;
    checked.map_err(failure::of_settings)?;
    let maps_statuses = !change.mappings.is_empty();
    store(context, caller, &of, change).await?;
    if maps_statuses {
        try_again::statuses(context, of.organization_id, of.integration.id).await?;
    }
    Ok(proto::UpdateIntegrationResponse {})
}

async fn store(
    context: &Context,
    caller: &Caller,
    of: &OrganizationIntegration,
    change: SettingsChange,
) -> Result<(), Error> {
    let count = u32::try_from(change.mappings.len()).unwrap_or(u32::MAX);
    let first_id = match count {
        0 => 0,
        count => context.db.allocate_ids("status_mapping", count).await?,
    };
    let mut tx = context.db.begin().await?;
    let locked = organization_integrations::lock(&mut tx, of.organization_id, of.integration.id).await?;
    let locked = locked.ok_or_else(integration_not_found)?;
    let mut config = locked.config;
    config.extend(change.config);

    let mut mappings = None;
    if let Some(switch) = change.mapping_setting {
        let changed = write_mappings(&mut tx, of.id, first_id, change.mappings).await?;
        let is_any_mapped = !status_mappings::list_in(&mut tx, of.id).await?.is_empty();
        config.insert(switch, is_any_mapped.into());
        mappings = Some(changed).filter(|changed| !changed.is_empty());
    }
    organization_integrations::set_config(&mut tx, of.id, &config).await?;

    let entry = |event| {
        Entry::new(event, of.organization_id, caller, context.now())
            .target("integration", of.integration.id, &of.integration.name)
            .detail("provider", of.integration.provider.as_str())
    };
    tx.outbox(entry(AuditEvent::IntegrationEdit).detail("name", "config").into_message()).await?;
    if let Some(changed) = mappings {
        let mut entry = entry(AuditEvent::IntegrationProjectMappingsUpdate);
        for (name, projects) in
            [("added", changed.added), ("updated", changed.updated), ("removed", changed.removed)]
        {
            entry = entry.detail(name, projects);
        }
        tx.outbox(entry.into_message()).await?;
    }
    Ok(tx.commit().await?)
}

/// The projects whose mapping changed.
#[derive(Debug, Default)]
struct Changed {
    added: Vec<Value>,
    updated: Vec<Value>,
    removed: Vec<Value>,
}

impl Changed {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }
}

async fn write_mappings(
    tx: &mut Tx,
    organization_integration_id: i64,
    first_id: i64,
    mappings: Vec<(String, Option<Mapping>)>,
) -> Result<Changed, Error> {
    let before = status_mappings::list_in(tx, organization_integration_id).await?;
    let mut changed = Changed::default();
    for (id, (project, mapping)) in (first_id..).zip(mappings) {
        let known = before.iter().find(|known| known.project == project);
        match mapping {
            Some(mapping) if known == Some(&mapping) => {}
            Some(mapping) => {
                status_mappings::put(tx, id, organization_integration_id, &mapping).await?;
                match known {
                    Some(_) => changed.updated.push(project.into()),
                    None => changed.added.push(project.into()),
                }
            }
            None if known.is_some() => {
                status_mappings::delete(tx, organization_integration_id, &project).await?;
                changed.removed.push(project.into());
            }
            None => {}
        }
    }
    Ok(changed)
}

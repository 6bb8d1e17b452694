use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::issue_sync as proto;

use crate::context::Context;
use crate::domain::access;
use crate::domain::integration::{Status, integration_not_found};
use crate::grpc::organizations;
use crate::store::organization_integrations;

pub(super) async fn delete_integration(
    context: &Context,
    caller: &Caller,
    request: proto::DeleteIntegrationRequest,
) -> Result<proto::DeleteIntegrationResponse, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_delete(caller, organization.id)?;
    let of = organizations::integration(context, &organization, request.id).await?;

    let mut tx = context.db.begin().await?;
    let locked = organization_integrations::lock(&mut tx, organization.id, of.integration.id).await?;
    match locked.map(|locked| locked.status) {
        Some(Status::Active | Status::Disabled) => {
            organization_integrations::set_status(&mut tx, of.id, Status::PendingDeletion).await?;
            let entry = Entry::new(AuditEvent::IntegrationRemove, organization.id, caller, context.now())
                .target("integration", of.integration.id, &of.integration.name)
                .detail("provider", of.integration.provider.as_str())
                .detail("name", of.integration.name.as_str());
            tx.outbox(entry.into_message()).await?;
            tx.commit().await?;
            context.removal.notify_one();
        }
        Some(Status::PendingDeletion | Status::DeletionInProgress) => {}
        None => return Err(integration_not_found()),
    }
    Ok(proto::DeleteIntegrationResponse {})
}

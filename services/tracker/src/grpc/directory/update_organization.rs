use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::context::Context;
use crate::domain::organization::directory_access;
use crate::domain::organization::{Changes, not_found};
use crate::grpc::named;
use crate::store::organizations;

pub(super) async fn update_organization(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateOrganizationRequest,
) -> Result<wire::Organization> {
    let found = named::organization(&context.db, caller, &request.organization, not_found).await?;
    directory_access::update_organization(caller, found.id, request.features.is_some())?;
    let changes = Changes {
        name: request.name,
        enhanced_privacy: request.enhanced_privacy,
        open_membership: request.open_membership,
        features: request.features.map(|features| features.names),
    };
    let changed = changes.apply(found.clone())?;
    if changed != found {
        let mut entry = Entry::new(AuditEvent::OrgEdit, found.id, caller, context.clock.now()).target(
            "organization",
            found.id,
            &found.slug,
        );
        if changed.name != found.name {
            entry = entry.detail("name", changed.name.as_str());
        }
        if changed.enhanced_privacy != found.enhanced_privacy {
            entry = entry.detail("enhancedPrivacy", changed.enhanced_privacy);
        }
        if changed.open_membership != found.open_membership {
            entry = entry.detail("openMembership", changed.open_membership);
        }
        if changed.features != found.features {
            entry = entry.detail("features", changed.features.clone());
        }
        let mut tx = context.db.begin().await?;
        organizations::update(&mut tx, &changed).await?;
        tx.outbox(entry.into_message()).await?;
        tx.commit().await?;
    }
    Ok(organization::to_wire(changed))
}

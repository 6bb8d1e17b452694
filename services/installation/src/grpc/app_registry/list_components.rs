use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_proto::installation::list_components_request::Owner;

use super::avatar_message::avatar_messages;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access as app_access;
use crate::domain::app::access::app_not_found;
use crate::domain::installation::access as installation_access;
use crate::domain::suspension::access::may_see;
use crate::grpc::organizations;
use crate::grpc::page::Page;
use crate::store::avatars;
use crate::store::components::{self, ComponentRow};

/// A page of the largest schemas still fits into one response.
const MAX_LIMIT: usize = 50;

pub(super) async fn list_components(
    context: &Context,
    caller: &Caller,
    request: proto::ListComponentsRequest,
) -> Result<proto::ListComponentsResponse, Error> {
    let page = Page::up_to(MAX_LIMIT, request.offset, request.limit);
    let (organization_id, found) = match &request.owner {
        None => return Err(app_not_found()),
        Some(Owner::App(app)) => {
            let app = find_app(context, caller, app).await?;
            app_access::may_read(caller, app.owner.id, app.status)?;
            may_see(caller, app.disabled.is_some())?;
            let mut found = components::of_app(&context.db, app.id).await?;
            found.retain(|component| request.r#type.is_empty() || component.r#type == request.r#type);
            (0, Ok(found.into_iter().skip(usize::try_from(page.offset).unwrap_or_default()).collect()))
        }
        Some(Owner::Organization(organization)) => {
            let organization = organizations::visible(context, caller, organization).await?;
            installation_access::may_list(caller, organization.id)?;
            let range = (page.offset, page.fetched());
            let found =
                components::of_organization(&context.db, organization.id, &request.r#type, range).await;
            (organization.id, found)
        }
    };
    let (found, has_more) = page.cut(found)?;

    let mut apps: Vec<_> = found.iter().map(|component| component.app_id).collect();
    apps.dedup();
    let avatars = avatars::of(&context.db, &apps).await?;
    let message = |component: ComponentRow| proto::Component {
        uuid: component.uuid.to_string(),
        r#type: component.r#type,
        schema_json: component.schema,
        avatars: avatars.get(&component.app_id).cloned().map(avatar_messages).unwrap_or_default(),
        app_id: component.app_id,
        app_uuid: component.app_uuid.to_string(),
        app_slug: component.app_slug,
        app_name: component.app_name,
        installation_uuid: component.installation.map(|uuid| uuid.to_string()),
        webhook_url: component.webhook_url,
        organization_id,
    };
    Ok(proto::ListComponentsResponse { components: found.into_iter().map(message).collect(), has_more })
}

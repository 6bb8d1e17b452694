use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_domain::{Caller, Error};
use patchbay_proto::tracker::{GetOrganizationRequest, ListOrganizationsRequest, ListOrganizationsResponse};
use patchbay_rpc::request_as;

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::json::organization::OrganizationJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_organizations", "/api/0/organizations/", list_organizations)
        .does("List the organizations that the caller belongs to")
        .by(USERS.and_apps())
        .asks(&[optional("show", Kind::Choice(&["all"]))])
        .paged()
        .lists::<OrganizationJson>()
}

/// Those the caller belongs to; with `show=all` every one, for superusers and staff.
async fn list_organizations(
    State(context): State<Context>,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let list = fetch(&context, &caller, &query, &paging).await?;
    let base_url = context.config.base_url();
    let shown = |organization| OrganizationJson::new(organization, &caller, base_url);
    Ok(paging.list(list.has_more, list.organizations.into_iter().map(shown)))
}

async fn fetch(
    context: &Context,
    caller: &Caller,
    query: &Query,
    paging: &Paging,
) -> Result<ListOrganizationsResponse, Error> {
    let mut directory = context.services.directory();
    if let Some(app) = caller.app() {
        // An app has been installed into one.
        let only = GetOrganizationRequest { organization: app.organization_id.to_string() };
        let only = directory.get_organization(request_as(caller, only)).await.answer()?;
        let organizations = if paging.offset() == 0 { vec![only] } else { Vec::new() };
        return Ok(ListOrganizationsResponse { organizations, has_more: false });
    }
    let own = caller.user().map_or(0, |user| user.user_id);
    let user_id = if query.get("show") == Some("all") { 0 } else { own };
    let message = ListOrganizationsRequest { user_id, offset: paging.offset(), limit: paging.size() };
    directory.list_organizations(request_as(caller, message)).await.answer()
}

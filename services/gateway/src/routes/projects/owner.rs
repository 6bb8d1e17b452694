//! A project with the organization that owns it.

use patchbay_proto::tracker::{GetOrganizationRequest, Organization, Project};
use patchbay_rpc::request;

use crate::api::error::Result;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

/// The caller may see the project, and so the name of its organization.
pub(super) async fn with_owner(context: &Context, project: Project) -> Result<ProjectJson> {
    let owner = owner(context, project.organization_id.to_string()).await?;
    Ok(ProjectJson::new(project, owner))
}

pub(super) async fn owner(context: &Context, organization: String) -> Result<Organization> {
    let message = request(GetOrganizationRequest { organization });
    Ok(context.services.directory().get_organization(message).await.answer()?)
}

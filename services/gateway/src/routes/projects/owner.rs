//! A project with the organization that owns it.

use patchbay_proto::tracker::{GetOrganizationRequest, Organization, Project};
use patchbay_rpc::request;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::project::ProjectJson;

/// The caller may see the project, so they may see what its organization is called.
pub(super) async fn with_owner(gateway: &Gateway, project: Project) -> Result<ProjectJson> {
    let owner = owner(gateway, project.organization_id.to_string()).await?;
    Ok(ProjectJson::new(project, owner))
}

pub(super) async fn owner(gateway: &Gateway, organization: String) -> Result<Organization> {
    let message = request(GetOrganizationRequest { organization });
    Ok(gateway.services.directory().get_organization(message).await.answer()?)
}

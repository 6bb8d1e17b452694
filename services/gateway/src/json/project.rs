//! A project.

use patchbay_proto::tracker::{Organization, Project};
use serde::Serialize;
use utoipa::ToSchema;

/// A project and where it belongs.
#[derive(Serialize, ToSchema)]
#[schema(as = Project)]
pub(crate) struct ProjectJson {
    /// Numbers of projects and their organizations are written as texts.
    id: String,
    slug: String,
    name: String,
    platform: Option<String>,
    organization: OrganizationJson,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProjectOrganization)]
struct OrganizationJson {
    id: String,
    slug: String,
    name: String,
}

impl ProjectJson {
    pub(crate) fn new(project: Project, organization: Organization) -> Self {
        Self {
            id: project.id.to_string(),
            slug: project.slug,
            name: project.name,
            platform: (!project.platform.is_empty()).then_some(project.platform),
            organization: OrganizationJson {
                id: organization.id.to_string(),
                slug: organization.slug,
                name: organization.name,
            },
        }
    }
}

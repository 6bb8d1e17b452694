//! A project whose new issues and errors are sent to an installation.

use patchbay_proto::installation::ProjectFilter;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the filter. In Sentry `id` is the number of a row; here it is the number of the project.
#[derive(Serialize, ToSchema)]
#[schema(as = HookProject)]
pub(crate) struct HookProjectJson {
    id: String,
    project_id: String,
}

pub(crate) fn hook_projects(filter: ProjectFilter) -> Vec<HookProjectJson> {
    let ids = filter.projects.into_iter().map(|project| project.id.to_string());
    ids.map(|id| HookProjectJson { id: id.clone(), project_id: id }).collect()
}

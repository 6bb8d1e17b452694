//! A project whose new issues and errors an installation is sent.

use patchbay_proto::installation::ProjectFilter;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the filter, by which Sentry means a row of its own; ours has the project's number.
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

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use uuid::Uuid;

use super::get_installation::existing;
use crate::domain::installation_access::{self, installation_not_found};
use crate::domain::project_filter::{self, FilteredProject};
use crate::registry::Registry;
use crate::store::{installations, versions};

#[tracing::instrument(name = "installation.get_project_filter", skip_all)]
pub(super) async fn get_project_filter(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetProjectFilterRequest,
) -> Result<proto::ProjectFilter, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_read(caller, installation.organization.id, installation.app.id)?;
    Ok(message(installations::project_filter(&registry.db, installation.uuid).await?))
}

#[tracing::instrument(name = "installation.set_project_filter", skip_all)]
pub(super) async fn set_project_filter(
    registry: &Registry,
    caller: &Caller,
    request: proto::SetProjectFilterRequest,
) -> Result<proto::ProjectFilter, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_filter(caller, installation.organization.id, installation.app.id)?;
    let names = project_filter::check(request.project_ids, request.project_slugs)?;
    let projects = registry.projects.find_all(installation.organization.id, names).await?;
    replace(registry, installation.uuid, &projects).await?;
    Ok(message(projects))
}

#[tracing::instrument(name = "installation.clear_project_filter", skip_all)]
pub(super) async fn clear_project_filter(
    registry: &Registry,
    caller: &Caller,
    request: proto::ClearProjectFilterRequest,
) -> Result<proto::ClearProjectFilterResponse, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_filter(caller, installation.organization.id, installation.app.id)?;
    replace(registry, installation.uuid, &[]).await?;
    Ok(proto::ClearProjectFilterResponse {})
}

async fn replace(registry: &Registry, uuid: Uuid, projects: &[FilteredProject]) -> Result<(), Error> {
    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if !installations::set_project_filter(&mut tx, uuid, projects, version).await? {
        return Err(installation_not_found());
    }
    registry.commit(tx).await
}

fn message(projects: Vec<FilteredProject>) -> proto::ProjectFilter {
    let project = |project: FilteredProject| proto::FilteredProject { id: project.id, slug: project.slug };
    proto::ProjectFilter { projects: projects.into_iter().map(project).collect() }
}

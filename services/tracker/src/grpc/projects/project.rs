use std::collections::BTreeMap;

use patchbay_db::Db;
use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use crate::domain::access;
use crate::domain::project::{Project, not_found};
use crate::grpc::named;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::teams;

/// The named project, for a caller with one of `scopes`.
pub(in crate::grpc) async fn for_caller(
    db: &Db,
    caller: &Caller,
    (organization, project): (&str, &str),
    scopes: &[Scope],
) -> Result<Project> {
    let organization = named::organization(db, caller, organization, not_found).await?;
    access::one_of(caller, organization.id, scopes, Error::permission_denied())?;
    let found = named::project(db, organization.id, project).await?.ok_or_else(not_found)?;
    let visible = VisibleProjects::of(db, caller, (organization.id, organization.open_membership)).await?;
    if visible.contains(found.id) { Ok(found) } else { Err(not_found()) }
}

/// Projects with their teams.
pub(super) async fn all_to_wire(db: &Db, projects: Vec<Project>) -> Result<Vec<wire::Project>> {
    let ids: Vec<i64> = projects.iter().map(|project| project.id).collect();
    let mut slugs: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (project_id, slug) in teams::of_projects(db, &ids).await? {
        slugs.entry(project_id).or_default().push(slug);
    }
    let to_wire = |project: Project| wire::Project {
        id: project.id,
        organization_id: project.organization_id,
        slug: project.slug,
        name: project.name,
        platform: project.platform,
        teams: slugs.remove(&project.id).unwrap_or_default(),
    };
    Ok(projects.into_iter().map(to_wire).collect())
}

/// A project with its teams.
pub(super) async fn to_wire(db: &Db, project: Project) -> Result<wire::Project> {
    all_to_wire(db, vec![project]).await?.pop().ok_or_else(not_found)
}

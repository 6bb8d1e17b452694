use patchbay_db::DbError;
use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::slug_choice::{self, SlugChoice};
use crate::domain::project::{Project, ProjectChange};
use crate::store::projects;

pub(super) async fn update_project(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateProjectRequest,
) -> Result<wire::Project> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&context.db, caller, named, access::WRITE_PROJECTS).await?;
    let (name, slug) = (request.name.as_deref(), request.slug.as_deref());
    let change = ProjectChange::read(name, slug, request.platform.as_deref())?;
    match projects::update(&context.db, found.id, &change).await {
        Err(DbError::UniqueViolation { .. }) => {
            return Err(slug_choice::taken(&SlugChoice::Given(change.slug.unwrap_or_default())));
        }
        outcome => outcome?,
    }
    let changed = Project {
        name: change.name.unwrap_or(found.name),
        slug: change.slug.unwrap_or(found.slug),
        platform: change.platform.unwrap_or(found.platform),
        ..found
    };
    project::to_wire(&context.db, changed).await
}

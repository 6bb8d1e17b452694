use patchbay_db::DbError;
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::project;
use super::team::may_use_team;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::slug_choice;
use crate::domain::organization;
use crate::domain::organization::team;
use crate::domain::project::snowflake;
use crate::domain::project::{NewProject, Project};
use crate::grpc::named;
use crate::store::{projects, snowflakes, teams};

/// How many ids are tried when ids are taken.
const TRIES: usize = 5;

pub(super) async fn create_project(
    context: &Context,
    caller: &Caller,
    request: wire::CreateProjectRequest,
) -> Result<wire::Project> {
    let db = &context.db;
    let hidden = organization::not_found;
    let organization = named::organization(db, caller, &request.organization, hidden).await?;
    access::one_of_but_no_app(caller, organization.id, access::WRITE_PROJECTS, hidden())?;
    let new = NewProject::read(&request.name, &request.slug, &request.platform)?;
    let team = match request.team.as_str() {
        "" => None,
        named => Some(named::team(db, organization.id, named).await?.ok_or_else(team::not_found)?),
    };
    // A project without a team of theirs would be lost to a caller who is limited by teams.
    let of = (organization.id, organization.open_membership);
    may_use_team(db, caller, of, team.as_ref().map(|team| team.id)).await?;

    for _ in 0..TRIES {
        let id = next_id(context).await?;
        match insert(context, organization.id, &new, id).await {
            Ok(started) => {
                if let Some(team) = team {
                    teams::grant(db, started.id, team.id).await?;
                }
                return project::to_wire(db, started).await;
            }
            Err(Refused::Id) => {}
            Err(Refused::Otherwise(error)) => return Err(error),
        }
    }
    Err(ids_exhausted())
}

enum Refused {
    /// The id is taken.
    Id,
    Otherwise(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Otherwise(error.into())
    }
}

/// Inserts the project with the first free slug, under the lock of the slugs of the organization.
async fn insert(
    context: &Context,
    organization_id: i64,
    new: &NewProject,
    id: i64,
) -> Result<Project, Refused> {
    let candidates: Vec<String> = new.slug.candidates().collect();
    let mut tx = context.db.begin().await?;
    projects::lock_slugs(&mut tx, organization_id).await?;
    let taken = projects::taken_slugs(&mut tx, organization_id, &candidates).await?;
    let free = candidates.into_iter().find(|slug| !taken.contains(slug));
    let slug = free.ok_or_else(|| slug_choice::taken(&new.slug))?;
    let (name, platform) = (new.name.clone(), new.platform.clone());
    let started = Project { id, organization_id, slug, name, platform };
    match projects::insert(&mut tx, &started, context.clock.now()).await {
        Ok(()) => {}
        Err(DbError::UniqueViolation { .. }) => return Err(Refused::Id),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(started)
}

async fn next_id(context: &Context) -> Result<i64> {
    if !context.snowflake_ids {
        return Ok(context.db.allocate_ids("project", 1).await?);
    }
    let second = snowflake::second(context.clock.now());
    snowflakes::next(&context.db, second).await?.ok_or_else(ids_exhausted)
}

fn ids_exhausted() -> Error {
    Error::conflict("IDS_EXHAUSTED", "Max allowed ID retry reached. Please try again in a second")
}

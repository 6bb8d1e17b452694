use patchbay_domain::Error;
use uuid::Uuid;

use crate::context::Context;
use crate::domain::installation::access::installation_not_found;
use crate::domain::installation::project_filter::FilteredProject;
use crate::store::{installations, versions};

pub(super) async fn replace_project_filter(
    context: &Context,
    uuid: Uuid,
    projects: &[FilteredProject],
) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if !installations::set_project_filter(&mut tx, uuid, projects, version).await? {
        return Err(installation_not_found());
    }
    context.commit(tx).await
}

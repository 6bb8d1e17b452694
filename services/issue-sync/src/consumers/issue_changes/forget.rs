use patchbay_db::Db;
use patchbay_domain::Error;

use crate::store::{external_actors, external_issues, form_defaults, links};

/// Ends the links of a deleted issue. Its tickets at the tracker stay as they are.
pub(super) async fn issue(db: &Db, issue_id: i64) -> Result<(), Error> {
    loop {
        let linked = links::of_issue(db, issue_id).await?;
        if linked.is_empty() {
            return Ok(());
        }
        for link in linked {
            let mut tx = db.begin().await?;
            external_issues::lock(&mut tx, link.ticket.id).await?;
            links::delete(&mut tx, link.id).await?;
            external_issues::delete_unlinked(&mut tx, link.ticket.id).await?;
            tx.commit().await?;
        }
    }
}

/// Forgets what the forms of a deleted project propose. Its issues are deleted one by one.
pub(super) async fn project(db: &Db, organization_id: i64, project_id: i64) -> Result<(), Error> {
    form_defaults::delete_of_project(db, organization_id, project_id).await
}

/// Forgets the names at trackers of a user who left the organization.
pub(super) async fn member(db: &Db, organization_id: i64, user_id: i64) -> Result<(), Error> {
    external_actors::delete_of_user(db, organization_id, user_id).await
}

//! Deletes what belongs to an integration of an organization, in bounded steps.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::Error;

use super::ticket_records;

/// Rows deleted at once.
const BATCH: i64 = 500;

/// Ids of uses of integrations that are to be removed, oldest first.
pub(crate) async fn due(db: &Db) -> Result<Vec<i64>, Error> {
    Ok(db
        .query(
            "select id from organization_integrations where status in ('pending_deletion', 'deletion_in_progress')
             order by id limit 100",
        )
        .fetch_scalars()
        .await?)
}

/// Deletes some links and tickets; false if there are none left. The issues no longer show the tickets.
pub(crate) async fn delete_links(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let mut tx = db.begin().await?;
    let links: Vec<(i64, i64)> = tx
        .query(
            "select id, issue_id from issue_links where organization_id = $1 and integration_id = $2
             order by id limit $3",
        )
        .bind(organization_id)
        .bind(integration_id)
        .bind(BATCH)
        .fetch_all()
        .await?;
    for (link_id, issue_id) in &links {
        ticket_records::put(&mut tx, *link_id, *issue_id, None, now).await?;
        super::links::delete(&mut tx, *link_id).await?;
    }
    tx.commit().await?;
    if !links.is_empty() {
        return Ok(true);
    }
    let tickets = db
        .query(
            "delete from external_issues where id in
                 (select id from external_issues where organization_id = $1 and integration_id = $2 limit $3)",
        )
        .bind(organization_id)
        .bind(integration_id)
        .bind(BATCH)
        .execute()
        .await?;
    Ok(tickets > 0)
}

/// Deletes the row and everything else that depends on it. Call with its lock, after the links.
pub(crate) async fn delete_use(
    tx: &mut Tx,
    id: i64,
    organization_id: i64,
    integration_id: i64,
) -> Result<(), Error> {
    for table in ["external_actors", "form_defaults"] {
        let text = format!("delete from {table} where organization_id = $1 and integration_id = $2");
        let query = tx.query(patchbay_db::AssertSqlSafe(text));
        query.bind(organization_id).bind(integration_id).execute().await?;
    }
    let query = tx.query("delete from outbound_tasks where organization_id = $1 and integration_id = $2");
    query.bind(organization_id).bind(integration_id).execute().await?;
    let query = tx.query("delete from status_mappings where organization_integration_id = $1");
    query.bind(id).execute().await?;
    tx.query("delete from organization_integrations where id = $1").bind(id).execute().await?;
    Ok(())
}

/// The number of organizations that use an integration.
pub(crate) async fn uses(db: &Db, integration_id: i64) -> Result<i64, Error> {
    let query = db.query("select count(*) from organization_integrations where integration_id = $1");
    Ok(query.bind(integration_id).fetch_scalar().await?)
}

/// Deletes an integration that no organization uses, with its secrets; false if one does. Call with its lock.
pub(crate) async fn delete_unused(tx: &mut Tx, integration_id: i64) -> Result<bool, Error> {
    let query = tx.query("select count(*) from organization_integrations where integration_id = $1");
    let uses: i64 = query.bind(integration_id).fetch_scalar().await?;
    if uses > 0 {
        return Ok(false);
    }
    for table in ["health_days", "health_problems", "health", "inbound_changes", "outbound_tasks", "pauses"] {
        let text = format!("delete from {table} where integration_id = $1");
        tx.query(patchbay_db::AssertSqlSafe(text)).bind(integration_id).execute().await?;
    }
    tx.query("delete from integrations where id = $1").bind(integration_id).execute().await?;
    Ok(true)
}

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Query, Result};
use uuid::Uuid;

use crate::domain::error::source::ErrorSource;
use crate::domain::error::stored_event::StoredEvent;
use crate::domain::input::page::Page;
use crate::domain::project::Project;

/// The owner of requested errors.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EventsOf {
    Issue(i64),
    Project(i64),
}

/// Newest first, with one extra entry if there are more.
pub(crate) async fn list(db: &Db, of: EventsOf, page: Page) -> Result<Vec<StoredEvent>> {
    let (text, id) = match of {
        EventsOf::Issue(id) => ("e.issue_id = $1 order by e.number desc limit $2 offset $3", id),
        EventsOf::Project(id) => {
            // Several issues can have an error with the same time and number.
            (
                "e.project_id = $1 order by e.received_at desc, e.number desc, e.issue_id desc limit $2 offset $3",
                id,
            )
        }
    };
    let query = select(db, text).bind(id).bind(page.fetch()).bind(page.offset());
    read(query).await
}

/// Searches these days only.
pub(crate) async fn find(db: &Db, of: EventsOf, event_id: Uuid, days: &[i64]) -> Result<Option<StoredEvent>> {
    // `+ 0` makes both engines use the index of event ids, because an issue can have very many errors.
    let (text, id) = match of {
        EventsOf::Issue(id) => ("e.issue_id + 0 = $1 and e.event_id = $2 and e.day in ($list)", id),
        EventsOf::Project(id) => ("e.project_id + 0 = $1 and e.event_id = $2 and e.day in ($list)", id),
    };
    Ok(read(select(db, text).bind(id).bind(event_id).bind_list(days)).await?.pop())
}

/// The last stored error of an issue, or the first.
pub(crate) async fn edge(db: &Db, issue_id: i64, last: bool) -> Result<Option<StoredEvent>> {
    let text = match last {
        true => "e.issue_id = $1 order by e.number desc limit 1",
        false => "e.issue_id = $1 order by e.number limit 1",
    };
    Ok(read(select(db, text).bind(issue_id)).await?.pop())
}

/// Excludes errors of issues and projects that are being deleted.
fn select<'a>(db: &'a Db, rest: &str) -> Query<'a> {
    const SELECT: &str =
        "select e.event_id, e.issue_id, e.received_at, e.document, p.id, p.organization_id, p.slug,
             p.name, p.platform, o.slug as organization_slug
         from error_events e
         join issues i on i.id = e.issue_id and i.status in ('unresolved', 'resolved', 'ignored')
         join projects p on p.id = e.project_id and p.deleted_at is null
         join organizations o on o.id = p.organization_id
         where ";
    db.query(AssertSqlSafe([SELECT, rest].concat()))
}

type Row = (Uuid, i64, DateTime<Utc>, String, i64, i64, String, String, String, String);

async fn read(query: Query<'_>) -> Result<Vec<StoredEvent>> {
    let rows: Vec<Row> = query.fetch_all().await?;
    let found = |(
        event_id,
        issue_id,
        received_at,
        document,
        id,
        organization_id,
        slug,
        name,
        platform,
        organization_slug,
    ): Row| {
        let project = Project { id, organization_id, slug, name, platform };
        let source = ErrorSource { organization_slug, project, publishes_errors: false };
        StoredEvent { event_id, issue_id, received_at, document, source }
    };
    Ok(rows.into_iter().map(found).collect())
}

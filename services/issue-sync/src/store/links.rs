//! Links from issues to tickets.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use crate::domain::link::{Link, StoredTicket};
use crate::domain::outbound::LinkOutcome;
use patchbay_provider::Object;

#[derive(Debug, FromRow)]
struct Row {
    id: i64,
    organization_id: i64,
    integration_id: i64,
    issue_id: i64,
    project_id: i64,
    external_issue_id: i64,
    key: String,
    title: String,
    description: String,
    metadata: Json<Object>,
    last_inbound: Option<Json<LinkOutcome>>,
    last_outbound: Option<Json<LinkOutcome>>,
}

impl From<Row> for Link {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            integration_id: row.integration_id,
            issue_id: row.issue_id,
            project_id: row.project_id,
            ticket: StoredTicket {
                id: row.external_issue_id,
                key: row.key,
                title: row.title,
                description: row.description,
                metadata: row.metadata.0,
            },
            last_inbound: row.last_inbound.map(|outcome| outcome.0),
            last_outbound: row.last_outbound.map(|outcome| outcome.0),
        }
    }
}

const SELECT: &str = "select l.id, l.organization_id, l.integration_id, l.issue_id, l.project_id, l.external_issue_id, e.key, e.title,
        e.description, e.metadata, l.last_inbound, l.last_outbound
     from issue_links l join external_issues e on e.id = l.external_issue_id ";

fn select(rest: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("{SELECT}{rest}"))
}

/// Writes a link. Returns its id, and whether it is new. `id` is the id that it gets if it is new.
pub(crate) async fn put(
    tx: &mut Tx,
    id: i64,
    link: &NewLink,
    now: DateTime<Utc>,
) -> Result<(i64, bool), Error> {
    let inserted = tx
        .query(
            "insert into issue_links
                 (id, organization_id, integration_id, issue_id, project_id, external_issue_id, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (issue_id, external_issue_id) do nothing",
        )
        .bind(id)
        .bind(link.organization_id)
        .bind(link.integration_id)
        .bind(link.issue_id)
        .bind(link.project_id)
        .bind(link.external_issue_id)
        .bind(now)
        .execute()
        .await?;
    let query = tx.query("select id from issue_links where issue_id = $1 and external_issue_id = $2");
    let id = query.bind(link.issue_id).bind(link.external_issue_id).fetch_scalar().await?;
    Ok((id, inserted == 1))
}

/// A link to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewLink {
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) project_id: i64,
    pub(crate) external_issue_id: i64,
}

pub(crate) async fn get(db: &Db, id: i64) -> Result<Option<Link>, Error> {
    let query = db.query(select("where l.id = $1")).bind(id);
    Ok(query.fetch_optional::<Row>().await?.map(Link::from))
}

/// The link of an issue to the ticket with this key.
pub(crate) async fn find(
    db: &Db,
    issue_id: i64,
    integration_id: i64,
    key: &str,
) -> Result<Option<Link>, Error> {
    let query = db.query(select("where l.issue_id = $1 and l.integration_id = $2 and e.key = $3"));
    let query = query.bind(issue_id).bind(integration_id).bind(key);
    Ok(query.fetch_optional::<Row>().await?.map(Link::from))
}

/// The links of an issue, oldest first; at most 1000.
pub(crate) async fn of_issue(db: &Db, issue_id: i64) -> Result<Vec<Link>, Error> {
    let query = db.query(select("where l.issue_id = $1 order by l.id limit 1000")).bind(issue_id);
    Ok(query.fetch_all::<Row>().await?.into_iter().map(Link::from).collect())
}

/// The links to a ticket, oldest first; at most 1000.
pub(crate) async fn of_ticket(db: &Db, external_issue_id: i64) -> Result<Vec<Link>, Error> {
    let query = db.query(select("where l.external_issue_id = $1 order by l.id limit 1000"));
    Ok(query.bind(external_issue_id).fetch_all::<Row>().await?.into_iter().map(Link::from).collect())
}

/// The oldest link to a ticket.
pub(crate) async fn first_of_ticket(tx: &mut Tx, external_issue_id: i64) -> Result<Option<Link>, Error> {
    let query = tx.query(select("where l.external_issue_id = $1 order by l.id limit 1"));
    Ok(query.bind(external_issue_id).fetch_optional::<Row>().await?.map(Link::from))
}

/// Deletes a link, and what is known of comments at its ticket.
pub(crate) async fn delete(tx: &mut Tx, id: i64) -> Result<(), Error> {
    tx.query("delete from comment_copies where link_id = $1").bind(id).execute().await?;
    tx.query("delete from issue_links where id = $1").bind(id).execute().await?;
    Ok(())
}

/// Records the last change from the tracker for all links of a ticket.
pub(crate) async fn set_inbound(
    tx: &mut Tx,
    external_issue_id: i64,
    outcome: &LinkOutcome,
) -> Result<(), Error> {
    let query = tx.query("update issue_links set last_inbound = $2 where external_issue_id = $1");
    query.bind(external_issue_id).bind(Json(outcome)).execute().await?;
    Ok(())
}

/// Records the last change to the tracker for all links of a ticket.
pub(crate) async fn set_outbound(
    tx: &mut Tx,
    external_issue_id: i64,
    outcome: &LinkOutcome,
) -> Result<(), Error> {
    let query = tx.query("update issue_links set last_outbound = $2 where external_issue_id = $1");
    query.bind(external_issue_id).bind(Json(outcome)).execute().await?;
    Ok(())
}

/// Records the last change to the tracker for one link.
pub(crate) async fn set_outbound_of(tx: &mut Tx, id: i64, outcome: &LinkOutcome) -> Result<(), Error> {
    let query = tx.query("update issue_links set last_outbound = $2 where id = $1");
    query.bind(id).bind(Json(outcome)).execute().await?;
    Ok(())
}

/// Links of an integration in an organization whose last change to the tracker had one of these problems; at most 1000.
pub(crate) async fn with_outbound_problem(
    db: &Db,
    organization_id: i64,
    integration_id: i64,
    problems: &[&str],
) -> Result<Vec<Link>, Error> {
    let query = db.query(select(
        "where l.organization_id = $1 and l.integration_id = $2 and l.last_outbound is not null
         order by l.id desc limit 1000",
    ));
    let rows = query.bind(organization_id).bind(integration_id).fetch_all::<Row>().await?;
    let links = rows.into_iter().map(Link::from);
    let has_problem = |link: &Link| {
        let problem = link.last_outbound.as_ref().and_then(|outcome| outcome.problem.as_deref());
        problem.is_some_and(|problem| problems.contains(&problem))
    };
    Ok(links.filter(has_problem).collect())
}

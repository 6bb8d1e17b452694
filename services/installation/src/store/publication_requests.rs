//! Requests to publish an app. An app has at most one that is undecided.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;

use super::app_row::AppRow;
use crate::domain::app::App;
use crate::domain::publication_request::Pictures;
use crate::domain::publication_request::PublicationRequest;
use crate::domain::publication_request::QuestionnaireEntry;
use crate::domain::publication_request::Requester;

#[derive(Debug, FromRow)]
struct RequestRow {
    id: i64,
    app_id: i64,
    requester_id: i64,
    requester_name: String,
    requester_email: String,
    questionnaire: Json<Vec<QuestionnaireEntry>>,
    requested_at: DateTime<Utc>,
}

#[derive(Debug, FromRow)]
struct RequesterRow {
    requester_id: i64,
    requester_name: String,
    requester_email: String,
}

pub(crate) async fn insert(tx: &mut Tx, request: &PublicationRequest) -> Result<(), Error> {
    tx.query(
        "insert into publish_requests
             (id, app_id, requester_id, requester_name, requester_email, questionnaire, requested_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(request.id)
    .bind(request.app.id)
    .bind(request.requester.id)
    .bind(&request.requester.name)
    .bind(&request.requester.email)
    .bind(Json(&request.questionnaire))
    .bind(request.requested_at)
    .execute()
    .await?;
    Ok(())
}

/// Undecided requests, oldest first.
pub(crate) async fn list(db: &Db, offset: i64, limit: i64) -> Result<Vec<PublicationRequest>, Error> {
    let rows = db
        .query(
            "select id, app_id, requester_id, requester_name, requester_email, questionnaire, requested_at
             from publish_requests where decided_at is null order by id limit $1 offset $2",
        )
        .bind(limit)
        .bind(offset)
        .fetch_all::<RequestRow>()
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = rows.iter().map(|row| row.app_id).collect();
    let apps =
        db.query("select * from apps where id in ($list)").bind_list(&ids).fetch_all::<AppRow>().await?;
    let apps: Vec<App> = apps.into_iter().map(App::try_from).collect::<Result<_, _>>()?;
    let request = |row: RequestRow| {
        let app = apps.iter().find(|app| app.id == row.app_id)?.clone();
        let requester =
            Requester { id: row.requester_id, name: row.requester_name, email: row.requester_email };
        let (questionnaire, requested_at) = (row.questionnaire.0, row.requested_at);
        Some(PublicationRequest { id: row.id, app, requester, questionnaire, requested_at })
    };
    Ok(rows.into_iter().filter_map(request).collect())
}

/// The id of the undecided request of an app.
pub(crate) async fn undecided(tx: &mut Tx, app: i64) -> Result<Option<i64>, Error> {
    let query = tx.query("select id from publish_requests where app_id = $1 and decided_at is null");
    Ok(query.bind(app).fetch_optional::<IdRow>().await?.map(|row| row.id))
}

/// Decides the request of an app, if there is an undecided one, and returns its requester.
pub(crate) async fn decide(
    tx: &mut Tx,
    app: i64,
    approved: bool,
    note: &str,
    now: DateTime<Utc>,
) -> Result<Option<Requester>, Error> {
    let row = tx
        .query(
            "update publish_requests set decided_at = $2, approved = $3, note = $4
             where app_id = $1 and decided_at is null
             returning requester_id, requester_name, requester_email",
        )
        .bind(app)
        .bind(now)
        .bind(approved)
        .bind(note)
        .fetch_optional::<RequesterRow>()
        .await?;
    Ok(row.map(|row| Requester {
        id: row.requester_id,
        name: row.requester_name,
        email: row.requester_email,
    }))
}

pub(crate) async fn pictures(tx: &mut Tx, app: i64) -> Result<Pictures, Error> {
    let query = tx.query("select photo from app_avatars where app_id = $1 and png is not null").bind(app);
    let photos: Vec<PhotoRow> = query.fetch_all().await?;
    let has = |kind: &str| photos.iter().any(|row| row.photo == kind);
    Ok(Pictures { logo: has("logo"), icon: has("icon") })
}

#[derive(Debug, FromRow)]
struct IdRow {
    id: i64,
}

#[derive(Debug, FromRow)]
struct PhotoRow {
    photo: String,
}

//! Installations. Only the streams of changes return removed ones.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Json, Tx};
use patchbay_domain::Error;
use uuid::Uuid;

use super::installation_row::InstallationRow;
use crate::domain::installation::project_filter::FilteredProject;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::domain::suspension::Suspension;

macro_rules! select_live {
    ($rest:literal) => {
        concat!(
            "select i.id, i.uuid, i.organization_id, i.organization_slug, i.status, i.created_at,
                    i.webhooks_stopped_at, i.webhooks_stopped_cause, a.id as app_id, a.uuid as app_uuid,
                    a.slug as app_slug, a.name as app_name, a.status as app_status, a.organization_id as owner_id,
                    a.organization_slug as owner_slug, a.webhook_url, a.redirect_url, a.disabled_at, a.disabled_cause,
                    a.is_alertable
             from installations i join apps a on a.id = i.app_id
             where i.status <> 'pending_deletion' and ",
            $rest
        )
    };
}

/// Writes a new installation; false if the organization already has the app.
pub(crate) async fn insert(tx: &mut Tx, installation: &Installation, version: i64) -> Result<bool, Error> {
    let inserted = tx
        .query(
            "insert into installations
                 (id, uuid, app_id, organization_id, organization_slug, status, created_at, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (app_id, organization_id) where status <> 'pending_deletion' do nothing",
        )
        .bind(installation.id)
        .bind(installation.uuid)
        .bind(installation.app.id)
        .bind(installation.organization.id)
        .bind(&installation.organization.slug)
        .bind(installation.status.as_str())
        .bind(installation.created_at)
        .bind(version)
        .execute()
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn find(db: &Db, uuid: Uuid) -> Result<Option<Installation>, Error> {
    let query = db.query(select_live!("i.uuid = $1")).bind(uuid);
    query.fetch_optional::<InstallationRow>().await?.map(Installation::try_from).transpose()
}

pub(crate) async fn find_of(db: &Db, app: i64, organization: i64) -> Result<Option<Installation>, Error> {
    let query =
        db.query(select_live!("i.app_id = $1 and i.organization_id = $2")).bind(app).bind(organization);
    query.fetch_optional::<InstallationRow>().await?.map(Installation::try_from).transpose()
}

/// Newest first.
pub(crate) async fn list(
    db: &Db,
    organization: i64,
    offset: i64,
    limit: i64,
) -> Result<Vec<Installation>, Error> {
    db.query(select_live!("i.organization_id = $1 order by i.id desc limit $2 offset $3"))
        .bind(organization)
        .bind(limit)
        .bind(offset)
        .fetch_all::<InstallationRow>()
        .await?
        .into_iter()
        .map(Installation::try_from)
        .collect()
}

/// Installations of an app, newest first.
pub(crate) async fn of_app(db: &Db, app: i64, offset: i64, limit: i64) -> Result<Vec<Installation>, Error> {
    db.query(select_live!("i.app_id = $1 order by i.id desc limit $2 offset $3"))
        .bind(app)
        .bind(limit)
        .bind(offset)
        .fetch_all::<InstallationRow>()
        .await?
        .into_iter()
        .map(Installation::try_from)
        .collect()
}

/// The oldest installations of an app, at most `limit`.
pub(crate) async fn some_of_app(db: &Db, app: i64, limit: i64) -> Result<Vec<Installation>, Error> {
    db.query(select_live!("i.app_id = $1 order by i.id limit $2"))
        .bind(app)
        .bind(limit)
        .fetch_all::<InstallationRow>()
        .await?
        .into_iter()
        .map(Installation::try_from)
        .collect()
}

/// Changes the status from pending to installed; false if it was not pending.
pub(crate) async fn confirm(tx: &mut Tx, uuid: Uuid, version: i64) -> Result<bool, Error> {
    let query =
        tx.query("update installations set status = $2, version = $3 where uuid = $1 and status = 'pending'");
    let query = query.bind(uuid).bind(InstallationStatus::Installed.as_str()).bind(version);
    Ok(query.execute().await? == 1)
}

/// Marks the installation as removed; false if it was already removed.
pub(crate) async fn remove(tx: &mut Tx, uuid: Uuid, now: DateTime<Utc>, version: i64) -> Result<bool, Error> {
    let removed = tx
        .query(
            "update installations set status = 'pending_deletion', removed_at = $2, version = $3, project_filter = '[]'
             where uuid = $1 and status <> 'pending_deletion'",
        )
        .bind(uuid)
        .bind(now)
        .bind(version)
        .execute()
        .await?;
    Ok(removed == 1)
}

/// Stops (`Some`) or resumes (`None`) the webhooks of an installation.
pub(crate) async fn set_webhooks_stopped(
    tx: &mut Tx,
    uuid: Uuid,
    stopped: Option<&Suspension>,
    version: i64,
) -> Result<(), Error> {
    tx.query(
        "update installations set webhooks_stopped_at = $2, webhooks_stopped_cause = $3, version = $4
         where uuid = $1",
    )
    .bind(uuid)
    .bind(stopped.map(|stopped| stopped.since))
    .bind(stopped.map(|stopped| stopped.cause.clone()))
    .bind(version)
    .execute()
    .await?;
    Ok(())
}

/// The current installation. Call after [`versions::next`](super::versions::next), which locks out other changes.
pub(crate) async fn get(tx: &mut Tx, uuid: Uuid) -> Result<Option<Installation>, Error> {
    let query = tx.query(select_live!("i.uuid = $1")).bind(uuid);
    query.fetch_optional::<InstallationRow>().await?.map(Installation::try_from).transpose()
}

/// An empty list means no filter.
pub(crate) async fn project_filter(db: &Db, uuid: Uuid) -> Result<Vec<FilteredProject>, Error> {
    let query = db.query("select project_filter from installations where uuid = $1").bind(uuid);
    Ok(query.fetch_scalar::<Json<Vec<FilteredProject>>>().await?.0)
}

/// False if the installation does not exist.
pub(crate) async fn set_project_filter(
    tx: &mut Tx,
    uuid: Uuid,
    projects: &[FilteredProject],
    version: i64,
) -> Result<bool, Error> {
    let query = tx.query(
        "update installations set project_filter = $2, version = $3
         where uuid = $1 and status <> 'pending_deletion'",
    );
    Ok(query.bind(uuid).bind(Json(projects)).bind(version).execute().await? == 1)
}

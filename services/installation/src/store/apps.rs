//! Apps.

use patchbay_db::{Db, Json, Tx};
use patchbay_domain::Error;

use super::app_row::{AppRow, HeaderColumn};
use crate::domain::app::App;
use crate::domain::app_name;
use crate::domain::app_status_change::Change;

/// Writes a new app. A slug that is or was in use is the caller's to change.
pub(crate) async fn insert(tx: &mut Tx, app: &App, version: i64) -> Result<(), Error> {
    let headers: Vec<HeaderColumn> = app.webhook_headers.iter().map(HeaderColumn::from).collect();
    let inserted = tx
        .query(
            "insert into apps (id, uuid, slug, name, author, organization_id, organization_slug, status, scopes,
                 events, webhook_url, redirect_url, is_alertable, verify_install, overview, allowed_origins,
                 popularity, client_id, client_secret, webhook_headers, published_at, created_at, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21, $22, $23)",
        )
        .bind(app.id)
        .bind(app.uuid)
        .bind(&app.slug)
        .bind(&app.name)
        .bind(&app.author)
        .bind(app.owner.id)
        .bind(&app.owner.slug)
        .bind(app.status.as_str())
        .bind(Json(app.scope_names()))
        .bind(Json(&app.events))
        .bind(&app.webhook_url)
        .bind(&app.redirect_url)
        .bind(app.is_alertable)
        .bind(app.verify_install)
        .bind(&app.overview)
        .bind(Json(&app.allowed_origins))
        .bind(app.popularity)
        .bind(&app.client_id)
        .bind(app.client_secret.0.as_slice())
        .bind(Json(headers))
        .bind(app.published_at)
        .bind(app.created_at)
        .bind(version)
        .execute()
        .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.is_unique("apps_slug_key") => Err(app_name::taken(&app.name)),
        Err(error) => Err(error.into()),
    }
}

/// By number or slug; a slug is never a number.
pub(crate) async fn find(db: &Db, app: &str) -> Result<Option<App>, Error> {
    let query = match app.parse::<i64>() {
        Ok(id) => db.query("select * from apps where id = $1").bind(id),
        Err(_) => db.query("select * from apps where slug = $1").bind(app),
    };
    query.fetch_optional::<AppRow>().await?.map(App::try_from).transpose()
}

pub(crate) async fn find_by_client_id(db: &Db, client_id: &str) -> Result<Option<App>, Error> {
    let query = db.query("select * from apps where client_id = $1").bind(client_id);
    query.fetch_optional::<AppRow>().await?.map(App::try_from).transpose()
}

/// As it is once every earlier change is made; see [`versions::next`](super::versions::next).
pub(crate) async fn get(tx: &mut Tx, id: i64) -> Result<Option<App>, Error> {
    let query = tx.query("select * from apps where id = $1").bind(id);
    query.fetch_optional::<AppRow>().await?.map(App::try_from).transpose()
}

pub(crate) async fn set_status(tx: &mut Tx, id: i64, change: Change) -> Result<(), Error> {
    tx.query("update apps set status = $2, published_at = $3 where id = $1")
        .bind(id)
        .bind(change.status.as_str())
        .bind(change.published_at)
        .execute()
        .await?;
    Ok(())
}

/// Makes watchers see the app again, and its installations too: what these are sent follows from their app.
pub(crate) async fn touch(tx: &mut Tx, id: i64, version: i64) -> Result<(), Error> {
    tx.query("update apps set version = $2 where id = $1").bind(id).bind(version).execute().await?;
    tx.query("update installations set version = $2 where app_id = $1 and status <> 'pending_deletion'")
        .bind(id)
        .bind(version)
        .execute()
        .await?;
    Ok(())
}

use patchbay_db::{Db, Json, Tx, WriteRow};
use patchbay_domain::Error;

use super::app_row::{AppRow, HeaderColumn};
use super::text_columns;
use crate::domain::app::App;
use crate::domain::app::name;
use crate::domain::app::status_change::Change;

/// Writes a new app. Fails with an error on its name if the slug is or was in use.
pub(crate) async fn insert(tx: &mut Tx, app: &App, version: i64) -> Result<(), Error> {
    let row = tx
        .row()
        .set("id", app.id)
        .set("uuid", app.uuid)
        .set("slug", &app.slug)
        .set("organization_id", app.owner.id)
        .set("organization_slug", &app.owner.slug)
        .set("client_id", &app.client_id)
        .set("created_at", app.created_at)
        .set("version", version);
    match set_changeable(row, app).insert("apps").execute().await {
        Ok(_) => Ok(()),
        Err(error) if error.is_unique("apps_slug_key") => Err(name::taken(&app.name)),
        Err(error) => Err(error.into()),
    }
}

/// Writes all mutable columns of an app except its suspension, and streams the app to watchers.
pub(crate) async fn update(tx: &mut Tx, app: &App, version: i64) -> Result<(), Error> {
    set_changeable(tx.row(), app).update("apps", "id", app.id).execute().await?;
    touch(tx, app.id, version).await
}

fn set_changeable<'e>(row: WriteRow<'e>, app: &App) -> WriteRow<'e> {
    let headers: Vec<HeaderColumn> = app.webhook_headers.iter().map(HeaderColumn::from).collect();
    let features: Vec<i32> = app.features.iter().map(|feature| feature.number()).collect();
    let (certificate, previous) = (app.client_certificate.as_ref(), app.previous_secret.as_ref());
    text_columns::set(row, &app.texts)
        .set("name", &app.name)
        .set("author", &app.author)
        .set("status", app.status.as_str())
        .set("scopes", Json(app.scope_names()))
        .set("events", Json(&app.events))
        .set("webhook_url", &app.webhook_url)
        .set("is_alertable", app.is_alertable)
        .set("verify_install", app.verify_install)
        .set("allowed_origins", Json(&app.allowed_origins))
        .set("popularity", app.popularity)
        .set("client_secret", app.client_secret.0.as_slice())
        .set("webhook_headers", Json(headers))
        .set("published_at", app.published_at)
        .set("schema", &app.schema)
        .set("metadata", serde_json::Value::from(app.metadata.clone()).to_string())
        .set("features", Json(features))
        .set("delivery", Json(&app.delivery))
        .set("client_certificate", certificate.map(|certificate| certificate.pem.as_str()))
        .set("client_key", certificate.map(|certificate| certificate.key.0.as_slice()))
        .set("previous_secret", previous.map(|previous| previous.secret.0.as_slice()))
        .set("previous_secret_until", previous.map(|previous| previous.until))
        .set("removal", app.removal.as_ref().map(Json))
}

/// Finds an app by id or slug; a slug is never a number.
pub(crate) async fn find(db: &Db, app: &str) -> Result<Option<App>, Error> {
    let query = match app.parse::<i64>() {
        Ok(id) => db.query("select * from apps where id = $1 and removed_at is null").bind(id),
        Err(_) => db.query("select * from apps where slug = $1 and removed_at is null").bind(app),
    };
    query.fetch_optional::<AppRow>().await?.map(App::try_from).transpose()
}

pub(crate) async fn find_by_client_id(db: &Db, client_id: &str) -> Result<Option<App>, Error> {
    let query = db.query("select * from apps where client_id = $1 and removed_at is null").bind(client_id);
    query.fetch_optional::<AppRow>().await?.map(App::try_from).transpose()
}

/// The current app. Call after [`versions::next`](super::versions::next), which locks out other changes.
pub(crate) async fn get(tx: &mut Tx, id: i64) -> Result<Option<App>, Error> {
    let query = tx.query("select * from apps where id = $1 and removed_at is null").bind(id);
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

/// Streams the app to watchers again, and its installations, whose subscriptions depend on it.
pub(crate) async fn touch(tx: &mut Tx, id: i64, version: i64) -> Result<(), Error> {
    tx.query("update apps set version = $2 where id = $1").bind(id).bind(version).execute().await?;
    tx.query("update installations set version = $2 where app_id = $1 and status <> 'pending_deletion'")
        .bind(id)
        .bind(version)
        .execute()
        .await?;
    Ok(())
}

use patchbay_db::{Db, Json, Query, Tx};
use patchbay_domain::Error;

use super::app_row::{AppRow, HeaderColumn};
use crate::domain::app::App;
use crate::domain::app::name;
use crate::domain::app::status_change::Change;

/// Writes a new app. Fails with an error on its name if the slug is or was in use.
pub(crate) async fn insert(tx: &mut Tx, app: &App, version: i64) -> Result<(), Error> {
    let query = tx.query(
        "insert into apps (id, uuid, slug, organization_id, organization_slug, client_id, created_at,
             name, author, status, scopes, events, webhook_url, redirect_url, is_alertable, verify_install, overview,
             allowed_origins, popularity, client_secret, webhook_headers, published_at, schema, metadata, features,
             delivery, client_certificate, client_key, previous_secret, previous_secret_until, removal, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
             $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)",
    );
    let query = query
        .bind(app.id)
        .bind(app.uuid)
        .bind(&app.slug)
        .bind(app.owner.id)
        .bind(&app.owner.slug)
        .bind(&app.client_id)
        .bind(app.created_at);
    let inserted = bind_changeable(query, app).bind(version).execute().await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.is_unique("apps_slug_key") => Err(name::taken(&app.name)),
        Err(error) => Err(error.into()),
    }
}

/// Writes all mutable columns of an app except its suspension, and streams the app to watchers.
pub(crate) async fn update(tx: &mut Tx, app: &App, version: i64) -> Result<(), Error> {
    let query = tx.query(
        "update apps set name = $2, author = $3, status = $4, scopes = $5, events = $6, webhook_url = $7,
             redirect_url = $8, is_alertable = $9, verify_install = $10, overview = $11, allowed_origins = $12,
             popularity = $13, client_secret = $14, webhook_headers = $15, published_at = $16, schema = $17,
             metadata = $18, features = $19, delivery = $20, client_certificate = $21, client_key = $22,
             previous_secret = $23, previous_secret_until = $24, removal = $25
         where id = $1",
    );
    bind_changeable(query.bind(app.id), app).execute().await?;
    touch(tx, app.id, version).await
}

/// Binds in the column order of `insert` and `update`.
fn bind_changeable<'e>(query: Query<'e>, app: &App) -> Query<'e> {
    let headers: Vec<HeaderColumn> = app.webhook_headers.iter().map(HeaderColumn::from).collect();
    let features: Vec<i32> = app.features.iter().map(|feature| feature.number()).collect();
    let (certificate, previous) = (app.client_certificate.as_ref(), app.previous_secret.as_ref());
    query
        .bind(&app.name)
        .bind(&app.author)
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
        .bind(app.client_secret.0.as_slice())
        .bind(Json(headers))
        .bind(app.published_at)
        .bind(&app.schema)
        .bind(serde_json::Value::from(app.metadata.clone()).to_string())
        .bind(Json(features))
        .bind(Json(&app.delivery))
        .bind(certificate.map(|certificate| certificate.pem.as_str()))
        .bind(certificate.map(|certificate| certificate.key.0.as_slice()))
        .bind(previous.map(|previous| previous.secret.0.as_slice()))
        .bind(previous.map(|previous| previous.until))
        .bind(app.removal.as_ref().map(Json))
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

//! Pictures of apps.

use std::collections::HashMap;

use patchbay_db::{Db, Tx};
use patchbay_domain::Error;
use uuid::Uuid;

use super::unreadable;
use crate::domain::app::avatar::Avatar;
use crate::domain::app::avatar::Photo;

/// The pictures of each of these apps, logo first.
pub(crate) async fn of(db: &Db, apps: &[i64]) -> Result<HashMap<i64, Vec<Avatar>>, Error> {
    let rows: Vec<(i64, Uuid, String, bool)> = db
        .query(
            "select app_id, uuid, photo, png is not null from app_avatars where app_id in ($list)
             order by app_id, photo desc",
        )
        .bind_list(apps)
        .fetch_all()
        .await?;
    let mut avatars: HashMap<i64, Vec<Avatar>> = HashMap::new();
    for (app, uuid, photo, is_uploaded) in rows {
        let photo = Photo::parse(&photo).ok_or_else(|| unreadable("avatar", &photo))?;
        avatars.entry(app).or_default().push(Avatar { uuid, photo, is_uploaded });
    }
    Ok(avatars)
}

pub(crate) async fn png(db: &Db, uuid: Uuid) -> Result<Option<Vec<u8>>, Error> {
    let query = db.query(
        "select v.png from app_avatars v join apps a on a.id = v.app_id
         where v.uuid = $1 and v.png is not null and a.removed_at is null and a.status <> 'deletion_in_progress'",
    );
    let found: Option<(Vec<u8>,)> = query.bind(uuid).fetch_optional().await?;
    Ok(found.map(|(png,)| png))
}

pub(crate) async fn is_uploaded(tx: &mut Tx, app: i64, photo: Photo) -> Result<bool, Error> {
    let query =
        tx.query("select count(*) from app_avatars where app_id = $1 and photo = $2 and png is not null");
    let count: i64 = query.bind(app).bind(photo.as_str()).fetch_scalar().await?;
    Ok(count > 0)
}

/// A new picture gets a new uuid, so that caches of the old URL stay valid.
pub(crate) async fn set(
    tx: &mut Tx,
    app: i64,
    photo: Photo,
    uuid: Uuid,
    png: Option<&[u8]>,
) -> Result<(), Error> {
    tx.query(
        "insert into app_avatars (app_id, photo, uuid, png) values ($1, $2, $3, $4)
         on conflict (app_id, photo) do update set uuid = excluded.uuid, png = excluded.png",
    )
    .bind(app)
    .bind(photo.as_str())
    .bind(uuid)
    .bind(png)
    .execute()
    .await?;
    Ok(())
}

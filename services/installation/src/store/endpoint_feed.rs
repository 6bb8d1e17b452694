//! The feed of apps and their endpoints.

use patchbay_db::Db;
use patchbay_domain::Error;

use super::app_row::AppRow;
use super::feed::{Feed, PAGE, Position};
use crate::domain::app::App;

#[derive(Debug, Clone, Copy)]
pub(crate) struct EndpointFeed;

impl Feed for EndpointFeed {
    type Item = App;

    async fn snapshot(&self, db: &Db, after_id: i64) -> Result<Vec<(Position, App)>, Error> {
        let rows = db
            .query("select * from apps where id > $1 order by id limit $2")
            .bind(after_id)
            .bind(PAGE as i64)
            .fetch_all::<AppRow>()
            .await?;
        rows.into_iter().map(placed).collect()
    }

    async fn changes(&self, db: &Db, after: Position) -> Result<Vec<(Position, App)>, Error> {
        let rows = db
            .query("select * from apps where (version, id) > ($1, $2) order by version, id limit $3")
            .bind(after.version)
            .bind(after.id)
            .bind(PAGE as i64)
            .fetch_all::<AppRow>()
            .await?;
        rows.into_iter().map(placed).collect()
    }
}

fn placed(row: AppRow) -> Result<(Position, App), Error> {
    Ok((Position { version: row.version, id: row.id }, row.try_into()?))
}

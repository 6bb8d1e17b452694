//! The sealed values of apps, removed ones included, without the rest of them.

use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;
use patchbay_domain::sealed::KeyId;

use super::app_row::HeaderColumn;
use crate::domain::app::Sealed;
use crate::domain::sealed_values::{SealedValues, Tally};

/// Bounds what is in memory at once: a certificate's key and its headers may have a hundred kilobytes.
const PAGE: i64 = 100;

/// Whose values may be under another key than `$2`. Headers are looked at one by one by whoever reads the row.
const NOT_UNDER: &str = "select id, client_secret, previous_secret, client_key, webhook_headers from apps
     where id > $1 and (substr(client_secret, 1, 4) <> $2 or substr(previous_secret, 1, 4) <> $2
         or substr(client_key, 1, 4) <> $2 or webhook_headers <> '[]')
     order by id limit $3";

/// Some of the apps above `after_id` that may have values under another key.
pub(crate) async fn not_under(db: &Db, key: KeyId, after_id: i64) -> Result<Vec<SealedValues>, Error> {
    let query = db.query(NOT_UNDER).bind(after_id).bind(key.as_bytes()).bind(PAGE);
    read(query.fetch_all().await?)
}

/// The same, as they are once every earlier change is made; see [`versions::next`](super::versions::next).
pub(crate) async fn not_under_in(tx: &mut Tx, key: KeyId, after_id: i64) -> Result<Vec<SealedValues>, Error> {
    let query = tx.query(NOT_UNDER).bind(after_id).bind(key.as_bytes()).bind(PAGE);
    read(query.fetch_all().await?)
}

/// Writes the values of an app. They mean what they meant, so that nobody has to be told.
pub(crate) async fn write(tx: &mut Tx, values: &SealedValues) -> Result<(), Error> {
    let headers: Vec<HeaderColumn> = values.webhook_headers.iter().map(HeaderColumn::from).collect();
    let bytes = |sealed: &'_ Option<Sealed>| sealed.as_ref().map(|sealed| sealed.0.clone());
    tx.query(
        "update apps set client_secret = $2, previous_secret = $3, client_key = $4, webhook_headers = $5
         where id = $1",
    )
    .bind(values.app_id)
    .bind(values.client_secret.0.as_slice())
    .bind(bytes(&values.previous_secret))
    .bind(bytes(&values.client_key))
    .bind(Json(headers))
    .execute()
    .await?;
    Ok(())
}

/// Counts every value there is.
pub(crate) async fn tally(db: &Db) -> Result<Tally, Error> {
    let (mut tally, mut after_id) = (Tally::default(), 0);
    loop {
        let query = db.query(
            "select id, client_secret, previous_secret, client_key, webhook_headers from apps
             where id > $1 order by id limit $2",
        );
        let page = read(query.bind(after_id).bind(PAGE).fetch_all().await?)?;
        let Some(last) = page.last() else { return Ok(tally) };
        after_id = last.app_id;
        page.iter().for_each(|values| tally.add(values));
    }
}

#[derive(Debug, FromRow)]
struct SealedRow {
    id: i64,
    client_secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    client_key: Option<Vec<u8>>,
    webhook_headers: Json<Vec<HeaderColumn>>,
}

fn read(rows: Vec<SealedRow>) -> Result<Vec<SealedValues>, Error> {
    rows.into_iter().map(SealedValues::try_from).collect()
}

impl TryFrom<SealedRow> for SealedValues {
    type Error = Error;

    fn try_from(row: SealedRow) -> Result<Self, Error> {
        let headers = row.webhook_headers.0.into_iter().map(HeaderColumn::into_sealed);
        Ok(Self {
            app_id: row.id,
            client_secret: Sealed(row.client_secret),
            previous_secret: row.previous_secret.map(Sealed),
            client_key: row.client_key.map(Sealed),
            webhook_headers: headers.collect::<Result<_, _>>()?,
        })
    }
}

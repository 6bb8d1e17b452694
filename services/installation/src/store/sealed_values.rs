//! The sealed values of apps, including removed apps.

use patchbay_db::{Db, FromRow, Json, Tx};
use patchbay_domain::Error;
use patchbay_domain::sealed::KeyId;

use super::app_row::HeaderColumn;
use crate::domain::app::Sealed;
use crate::domain::app::sealed_values::SealedCounts;
use crate::domain::app::sealed_values::SealedValues;

/// Bounds memory: the sealed values of one app can reach a hundred kilobytes.
const PAGE: i64 = 100;

/// Apps whose values may be sealed with another key than `$2`. Any headers qualify, because their keys are inside of JSON.
const NOT_UNDER: &str = "select id, client_secret, previous_secret, client_key, webhook_headers from apps
     where id > $1 and (substr(client_secret, 1, 4) <> $2 or substr(previous_secret, 1, 4) <> $2
         or substr(client_key, 1, 4) <> $2 or webhook_headers <> '[]')
     order by id limit $3";

/// A page of the apps above `after_id` that may have values sealed with another key.
pub(crate) async fn not_under(db: &Db, key: KeyId, after_id: i64) -> Result<Vec<SealedValues>, Error> {
    let query = db.query(NOT_UNDER).bind(after_id).bind(key.as_bytes()).bind(PAGE);
    read(query.fetch_all().await?)
}

/// Like [`not_under`], in a transaction. Call after [`versions::next`](super::versions::next), which locks out other changes.
pub(crate) async fn not_under_in(tx: &mut Tx, key: KeyId, after_id: i64) -> Result<Vec<SealedValues>, Error> {
    let query = tx.query(NOT_UNDER).bind(after_id).bind(key.as_bytes()).bind(PAGE);
    read(query.fetch_all().await?)
}

/// Writes the values of an app. Their plaintext is unchanged, so watchers are not notified.
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

/// Counts all values by key.
pub(crate) async fn tally(db: &Db) -> Result<SealedCounts, Error> {
    let (mut tally, mut after_id) = (SealedCounts::default(), 0);
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

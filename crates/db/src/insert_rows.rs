use std::fmt::{self, Write};
use std::sync::{Arc, PoisonError};

use sqlx::AssertSqlSafe;
use sqlx::error::BoxDynError;

use crate::arguments::{Row, Value};
use crate::db::Db;
use crate::engine::Engine;
use crate::error::{DbError, Result};
use crate::query::Query;
use crate::tx::Tx;

/// Below the engines' limits of values per statement (SQLite 32766, PostgreSQL 65535).
const MAX_VALUES: usize = 32_000;
/// More rows per statement gain nothing and make texts long.
const MAX_ROWS: usize = 512;

/// An `insert into table (columns) values (…), (…) …` of any number of rows, one statement for hundreds of them.
///
/// Rows are sent in chunks of powers of two, so that a dozen texts at most are ever prepared for one insert. All rows
/// become durable together or not at all, also outside of a transaction.
#[must_use = "an insert does nothing until it is executed or fetched"]
pub struct InsertRows<'e, T, F> {
    on: On<'e>,
    insert: Insert,
    rows: Vec<T>,
    bind: F,
}

enum On<'e> {
    Db(&'e Db),
    Tx(&'e mut Tx),
}

#[derive(Clone, Copy)]
struct Insert {
    table: &'static str,
    columns: &'static [&'static str],
    suffix: &'static str,
}

/// What distinguishes the texts of inserts: statement and number of rows.
pub(crate) type TextKey = (&'static str, &'static [&'static str], &'static str, usize);

/// Takes the values of one row, in the order of the columns.
pub struct Values<'a, 'e> {
    query: &'a mut Query<'e>,
    broken: Option<BoxDynError>,
}

impl Values<'_, '_> {
    /// The value of the next column.
    pub fn bind<'v>(&mut self, value: impl Value<'v>) -> &mut Self {
        if let Err(error) = self.query.add(value) {
            self.broken.get_or_insert(error);
        }
        self
    }
}

impl Db {
    /// Inserts `rows`; `bind` gives the values of each.
    ///
    /// ```no_run
    /// # async fn example(db: patchbay_db::Db, events: Vec<(i64, String)>) -> Result<(), patchbay_db::DbError> {
    /// let new: Vec<(i64,)> = db
    ///     .insert_rows("events", &["id", "name"], &events, |row, (id, name)| {
    ///         row.bind(id).bind(name);
    ///     })
    ///     .suffix("on conflict (id) do nothing returning id")
    ///     .fetch_all()
    ///     .await?;
    /// # drop(new); Ok(())
    /// # }
    /// ```
    pub fn insert_rows<I, F>(
        &self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: I,
        bind: F,
    ) -> InsertRows<'_, I::Item, F>
    where
        I: IntoIterator,
        F: FnMut(&mut Values<'_, '_>, I::Item),
    {
        InsertRows::new(On::Db(self), table, columns, rows, bind)
    }
}

impl Tx {
    /// As [`Db::insert_rows`], in this transaction.
    pub fn insert_rows<I, F>(
        &mut self,
        table: &'static str,
        columns: &'static [&'static str],
        rows: I,
        bind: F,
    ) -> InsertRows<'_, I::Item, F>
    where
        I: IntoIterator,
        F: FnMut(&mut Values<'_, '_>, I::Item),
    {
        InsertRows::new(On::Tx(self), table, columns, rows, bind)
    }
}

impl<'e, T, F: FnMut(&mut Values<'_, '_>, T)> InsertRows<'e, T, F> {
    fn new(
        on: On<'e>,
        table: &'static str,
        columns: &'static [&'static str],
        rows: impl IntoIterator<Item = T>,
        bind: F,
    ) -> Self {
        Self { on, insert: Insert { table, columns, suffix: "" }, rows: rows.into_iter().collect(), bind }
    }

    /// What follows the values: `on conflict (id) do nothing`, `returning id`.
    pub fn suffix(mut self, suffix: &'static str) -> Self {
        self.insert.suffix = suffix;
        self
    }

    /// Inserts; the number of rows that were inserted or updated.
    pub async fn execute(self) -> Result<u64> {
        let Self { on, insert, rows, mut bind } = self;
        let mut rows = rows.into_iter();
        match on {
            On::Db(db) if chunks(rows.len(), insert.columns.len()).nth(1).is_none() => {
                let Some(size) = chunks(rows.len(), insert.columns.len()).next() else { return Ok(0) };
                insert.bind(db.query(insert.text(db, size)), &mut rows, &mut bind, size)?.execute().await
            }
            On::Db(db) => {
                let mut tx = db.begin().await?;
                let inserted = insert.execute_in(&mut tx, rows, bind).await?;
                tx.commit().await?;
                Ok(inserted)
            }
            On::Tx(tx) => insert.execute_in(tx, rows, bind).await,
        }
    }

    /// Inserts; the rows of a `returning` suffix. Do not rely on their order.
    pub async fn fetch_all<R: Row>(self) -> Result<Vec<R>> {
        let Self { on, insert, rows, mut bind } = self;
        let mut rows = rows.into_iter();
        match on {
            On::Db(db) if chunks(rows.len(), insert.columns.len()).nth(1).is_none() => {
                let Some(size) = chunks(rows.len(), insert.columns.len()).next() else {
                    return Ok(Vec::new());
                };
                insert.bind(db.query(insert.text(db, size)), &mut rows, &mut bind, size)?.fetch_all().await
            }
            On::Db(db) => {
                let mut tx = db.begin().await?;
                let returned = insert.fetch_in(&mut tx, rows, bind).await?;
                tx.commit().await?;
                Ok(returned)
            }
            On::Tx(tx) => insert.fetch_in(tx, rows, bind).await,
        }
    }
}

impl Insert {
    async fn execute_in<T, F>(self, tx: &mut Tx, mut rows: std::vec::IntoIter<T>, mut bind: F) -> Result<u64>
    where
        F: FnMut(&mut Values<'_, '_>, T),
    {
        let mut inserted = 0;
        for size in chunks(rows.len(), self.columns.len()) {
            let text = self.text(&tx.db, size);
            inserted += self.bind(tx.query(text), &mut rows, &mut bind, size)?.execute().await?;
        }
        Ok(inserted)
    }

    async fn fetch_in<T, F, R>(
        self,
        tx: &mut Tx,
        mut rows: std::vec::IntoIter<T>,
        mut bind: F,
    ) -> Result<Vec<R>>
    where
        F: FnMut(&mut Values<'_, '_>, T),
        R: Row,
    {
        let mut returned = Vec::new();
        for size in chunks(rows.len(), self.columns.len()) {
            let text = self.text(&tx.db, size);
            returned.extend(self.bind(tx.query(text), &mut rows, &mut bind, size)?.fetch_all().await?);
        }
        Ok(returned)
    }

    fn bind<'e, T, F>(
        self,
        mut query: Query<'e>,
        rows: &mut std::vec::IntoIter<T>,
        bind: &mut F,
        size: usize,
    ) -> Result<Query<'e>>
    where
        F: FnMut(&mut Values<'_, '_>, T),
    {
        for (index, row) in rows.take(size).enumerate() {
            let mut values = Values { query: &mut query, broken: None };
            bind(&mut values, row);
            if let Some(error) = values.broken {
                return Err(DbError::Other(format!("cannot encode a row of {}: {error}", self.table)));
            }
            if query.bound() != (index + 1) * self.columns.len() {
                return Err(DbError::Other(format!(
                    "a row of {} has not as many values as columns",
                    self.table
                )));
            }
        }
        Ok(query)
    }

    fn text(self, db: &Db, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let mut texts = db.shared.insert_texts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (self.table, self.columns, self.suffix, rows);
        AssertSqlSafe(texts.entry(key).or_insert_with(|| self.write_text(rows, db.engine()).into()).clone())
    }

    /// SQLite looks through the names of all parameters for each one it binds, which for thousands of them takes longer
    /// than the insert; parameters that are only counted have no names.
    fn write_text(self, rows: usize, engine: Engine) -> String {
        let width = self.columns.len();
        let mut text = format!("insert into {} ({}) values ", self.table, self.columns.join(", "));
        text.reserve(rows * width * 6 + self.suffix.len());
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { "), (" });
            for column in 1..=width {
                let separator = if column == 1 { "" } else { "," };
                let number = row * width + column;
                // Writing to a string cannot fail.
                let _ = match engine {
                    Engine::Postgres => write!(text, "{separator}${number}"),
                    Engine::Sqlite => write!(text, "{separator}?"),
                };
            }
        }
        text.push_str(") ");
        text + self.suffix
    }
}

/// Sizes of the statements that together insert `rows` rows: the largest allowed, then falling powers of two.
fn chunks(mut rows: usize, columns: usize) -> impl Iterator<Item = usize> {
    let largest = floor_power_of_two((MAX_VALUES / columns.max(1)).min(MAX_ROWS));
    std::iter::from_fn(move || {
        let size = if rows == 0 { return None } else { floor_power_of_two(rows).min(largest) };
        rows -= size;
        Some(size)
    })
}

fn floor_power_of_two(n: usize) -> usize {
    1 << n.max(1).ilog2()
}

impl<T, F> fmt::Debug for InsertRows<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InsertRows")
            .field("table", &self.insert.table)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Values<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_powers_of_two_and_cover_all_rows() {
        assert_eq!(chunks(0, 3).collect::<Vec<_>>(), Vec::<usize>::new());
        assert_eq!(chunks(100, 3).collect::<Vec<_>>(), [64, 32, 4]);
        assert_eq!(chunks(1300, 3).collect::<Vec<_>>(), [512, 512, 256, 16, 4]);
        assert_eq!(chunks(300, 200).collect::<Vec<_>>(), [128, 128, 32, 8, 4]);
    }

    #[test]
    fn every_value_of_every_row_has_a_parameter_of_its_own() {
        let insert = Insert { table: "t", columns: &["a", "b"], suffix: "returning a" };
        let postgres = insert.write_text(2, Engine::Postgres);
        assert_eq!(postgres, "insert into t (a, b) values ($1,$2), ($3,$4) returning a");
        let sqlite = insert.write_text(2, Engine::Sqlite);
        assert_eq!(sqlite, "insert into t (a, b) values (?,?), (?,?) returning a");
    }
}

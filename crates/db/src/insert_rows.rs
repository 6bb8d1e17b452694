use std::fmt;
use std::sync::{Arc, PoisonError};

use sqlx::AssertSqlSafe;
use sqlx::error::BoxDynError;

use crate::arguments::{Row, Value};
use crate::column::Column;
use crate::db::Db;
use crate::engine::Engine;
use crate::error::{DbError, Result};
use crate::query::Query;
use crate::tx::Tx;

/// Below SQLite's limit of 32766 values per statement.
const MAX_VALUES: usize = 32_000;
/// Larger statements are not faster.
const MAX_ROWS: usize = 512;
/// Up to this number of rows, SQLite gets one statement of exactly this size.
const FEW_ROWS: usize = 32;

/// An `insert into table (columns) values (…), (…) …` of any number of rows.
///
/// PostgreSQL gets each column as one array. There is one statement for any number of rows, and its cost
/// depends on the rows and not on thousands of parameters. SQLite has no arrays and gets `values (…), (…)` in
/// chunks of a few different sizes, so that few statements are prepared. All rows become durable together or
/// not at all, also outside of a transaction.
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

/// Receives the values of one row, in the order of the columns.
pub struct Values<'a, 'e> {
    into: Into<'a, 'e>,
    taken: usize,
    broken: Option<BoxDynError>,
}

enum Into<'a, 'e> {
    /// Binds each value as a parameter.
    Query(&'a mut Query<'e>),
    Columns(&'a mut [Column]),
}

impl Values<'_, '_> {
    /// Binds the value of the next column.
    pub fn bind<'v>(&mut self, value: impl Value<'v>) -> &mut Self {
        let added = match &mut self.into {
            Into::Query(query) => query.add(value),
            Into::Columns(columns) => match columns.get_mut(self.taken) {
                Some(column) => column.push(value),
                // Reported by the check of the number of values.
                None => Ok(()),
            },
        };
        self.taken += 1;
        if let Err(error) = added {
            self.broken.get_or_insert(error);
        }
        self
    }
}

impl Db {
    /// Inserts `rows`; `bind` binds the values of each row.
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

    /// The text after the values: `on conflict (id) do nothing`, `returning id`.
    pub fn suffix(mut self, suffix: &'static str) -> Self {
        self.insert.suffix = suffix;
        self
    }

    /// Runs the insert and returns the number of rows that were inserted or updated.
    pub async fn execute(self) -> Result<u64> {
        let Self { on, insert, rows, mut bind } = self;
        let mut rows = rows.into_iter();
        match on {
            On::Db(db) if insert.chunks(rows.len(), db.engine()).nth(1).is_none() => {
                let Some(size) = insert.chunks(rows.len(), db.engine()).next() else { return Ok(0) };
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

    /// Runs the insert and returns the rows of a `returning` suffix, in no particular order.
    pub async fn fetch_all<R: Row>(self) -> Result<Vec<R>> {
        let Self { on, insert, rows, mut bind } = self;
        let mut rows = rows.into_iter();
        match on {
            On::Db(db) if insert.chunks(rows.len(), db.engine()).nth(1).is_none() => {
                let Some(size) = insert.chunks(rows.len(), db.engine()).next() else {
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
        for size in self.chunks(rows.len(), tx.db.engine()) {
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
        for size in self.chunks(rows.len(), tx.db.engine()) {
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
        let mut columns = match query.engine() {
            Engine::Postgres => self.columns.iter().map(|_| Column::default()).collect(),
            Engine::Sqlite => Vec::new(),
        };
        for row in rows.take(size) {
            let into = match query.engine() {
                Engine::Postgres => Into::Columns(&mut columns),
                Engine::Sqlite => Into::Query(&mut query),
            };
            let mut values = Values { into, taken: 0, broken: None };
            bind(&mut values, row);
            let Values { taken, broken, .. } = values;
            if let Some(error) = broken {
                return Err(self.unfit(&error));
            }
            if taken != self.columns.len() {
                return Err(DbError::Other(format!(
                    "a row of {} has not as many values as columns",
                    self.table
                )));
            }
        }
        for column in columns {
            query.add_column(column).map_err(|error| self.unfit(&error))?;
        }
        Ok(query)
    }

    fn unfit(self, error: &BoxDynError) -> DbError {
        DbError::Other(format!("cannot encode a row of {}: {error}", self.table))
    }

    fn chunks(self, rows: usize, engine: Engine) -> impl Iterator<Item = usize> {
        chunks(rows, self.columns.len(), engine)
    }

    fn text(self, db: &Db, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let mut texts = db.shared.insert_texts.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, write): (_, fn(Self, usize) -> String) = match db.engine() {
            Engine::Postgres => (0, |insert, _| insert.of_arrays()),
            Engine::Sqlite => (rows, Self::of_values),
        };
        let key = (self.table, self.columns, self.suffix, rows);
        AssertSqlSafe(texts.entry(key).or_insert_with(|| write(self, rows).into()).clone())
    }

    fn of_arrays(self) -> String {
        let Self { table, columns, suffix } = self;
        let parameters: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let (columns, parameters) = (columns.join(", "), parameters.join(","));
        format!("insert into {table} ({columns}) select * from unnest({parameters}) {suffix}")
    }

    /// For each bound parameter SQLite searches the names of all parameters, which takes longer than the
    /// insert if there are thousands. Numbered parameters have no names.
    fn of_values(self, rows: usize) -> String {
        let Self { table, columns, suffix } = self;
        let row = format!("({})", vec!["?"; columns.len()].join(","));
        format!("insert into {table} ({}) values {} {suffix}", columns.join(", "), vec![row; rows].join(", "))
    }
}

/// Sizes of the statements that insert `rows` rows together. On SQLite: the largest allowed size, then
/// descending powers of two, then the rest.
fn chunks(mut rows: usize, columns: usize, engine: Engine) -> impl Iterator<Item = usize> {
    let largest = match engine {
        Engine::Postgres => MAX_ROWS,
        Engine::Sqlite => floor_power_of_two((MAX_VALUES / columns.max(1)).min(MAX_ROWS)),
    };
    std::iter::from_fn(move || {
        let size = match (rows, engine) {
            (0, _) => return None,
            (rows, Engine::Postgres) => rows.min(largest),
            (rows, Engine::Sqlite) if rows <= FEW_ROWS.min(largest) => rows,
            (rows, Engine::Sqlite) => floor_power_of_two(rows).min(largest),
        };
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
    fn chunks_have_few_sizes_and_cover_all_rows() {
        let sizes = |rows, columns, engine| chunks(rows, columns, engine).collect::<Vec<_>>();
        assert_eq!(sizes(0, 3, Engine::Sqlite), Vec::<usize>::new());
        assert_eq!(sizes(29, 3, Engine::Sqlite), [29]);
        assert_eq!(sizes(101, 3, Engine::Sqlite), [64, 32, 5]);
        assert_eq!(sizes(1300, 3, Engine::Sqlite), [512, 512, 256, 20]);
        assert_eq!(sizes(300, 200, Engine::Sqlite), [128, 128, 32, 12]);
        assert_eq!(sizes(20, 20_000, Engine::Sqlite), [1; 20]);
        assert_eq!(sizes(1300, 200, Engine::Postgres), [512, 512, 276]);
    }

    #[test]
    fn postgres_takes_arrays_and_sqlite_each_value() {
        let insert = Insert { table: "t", columns: &["a", "b"], suffix: "returning a" };
        assert_eq!(insert.of_arrays(), "insert into t (a, b) select * from unnest($1,$2) returning a");
        assert_eq!(insert.of_values(2), "insert into t (a, b) values (?,?), (?,?) returning a");
    }
}

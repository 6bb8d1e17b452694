use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{
    Arguments, AssertSqlSafe, PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqliteConnection,
    SqlitePool,
};

use crate::arguments::{ListItem, Row, Value};
use crate::column::Column;
use crate::engine::Engine;
use crate::error::{DbError, Result};
use crate::list;

/// A statement with its bound values.
///
/// Created by [`Db::query`](crate::Db::query) and [`Tx::query`](crate::Tx::query). Statements are prepared
/// once per connection and text. An encoding error is returned by the method that runs the statement.
#[must_use = "a query does nothing until it is executed or fetched"]
pub struct Query<'e> {
    sql: SqlStr,
    target: Target<'e>,
    broken: Option<BoxDynError>,
    has_list: bool,
}

/// The connection on which a statement runs, and the values in the form of that engine.
pub(crate) enum Target<'e> {
    Postgres(PostgresOn<'e>, PgArguments),
    Sqlite(SqliteOn<'e>, SqliteArguments),
}

pub(crate) enum PostgresOn<'e> {
    Pool(&'e PgPool),
    Transaction(&'e mut PgConnection),
}

pub(crate) enum SqliteOn<'e> {
    Pools { writer: &'e SqlitePool, readers: &'e SqlitePool },
    Transaction(&'e mut SqliteConnection),
}

impl<'e> Query<'e> {
    pub(crate) fn new(sql: SqlStr, target: Target<'e>) -> Self {
        Self { sql, target, broken: None, has_list: false }
    }

    /// The same values for this text.
    pub(crate) fn with_sql(self, sql: impl SqlSafeStr) -> Self {
        Self { sql: sql.into_sql_str(), ..self }
    }

    /// Binds the next value: `$1`, `$2`, …
    pub fn bind<'v>(mut self, value: impl Value<'v>) -> Self {
        if self.has_list {
            return self.break_with("bind single values before lists".into());
        }
        match self.add(value) {
            Ok(()) => self,
            Err(error) => self.break_with(error),
        }
    }

    /// Binds a list of any length, including an empty one, to the first remaining `in ($list)` or `not in
    /// ($list)` (in exactly this spelling). Bind all single values before the first list.
    pub fn bind_list<T: ListItem>(mut self, items: &[T]) -> Self
    where
        for<'a> &'a [T]: sqlx::Encode<'a, Postgres> + sqlx::Type<Postgres>,
    {
        self.has_list = true;
        let sql = match &mut self.target {
            Target::Postgres(_, arguments) => {
                let sql = list::for_postgres(self.sql.as_str(), arguments.len() + 1);
                if let Err(error) = arguments.add(items) {
                    return self.break_with(error);
                }
                sql
            }
            Target::Sqlite(_, arguments) => {
                let count = list::padded(items.len());
                let sql = list::for_sqlite(self.sql.as_str(), arguments.len() + 1, count);
                let padding = items.last().into_iter().cycle().take(count - items.len());
                if let Err(error) =
                    items.iter().chain(padding).try_for_each(|item| arguments.add(item.clone()))
                {
                    return self.break_with(error);
                }
                sql
            }
        };
        match sql {
            Some(sql) => Self { sql: AssertSqlSafe(sql).into_sql_str(), ..self },
            None => self.break_with("there is no `in ($list)` left in the statement".into()),
        }
    }

    /// Locks the selected rows until the transaction ends. This appends ` for update` on PostgreSQL and
    /// nothing on SQLite, where a transaction holds the only write lock from its start.
    pub fn for_update(self) -> Self {
        match &self.target {
            Target::Postgres(..) => Self {
                sql: AssertSqlSafe([self.sql.as_str(), " for update"].concat()).into_sql_str(),
                ..self
            },
            Target::Sqlite(..) => self,
        }
    }

    /// Runs the statement and returns the number of changed rows.
    pub async fn execute(self) -> Result<u64> {
        let (sql, target) = self.finish()?;
        Ok(match target {
            Target::Postgres(on, arguments) => {
                let query = sqlx::query_with::<Postgres, _>(sql, arguments);
                match on {
                    PostgresOn::Pool(pool) => query.execute(pool).await?,
                    PostgresOn::Transaction(connection) => query.execute(connection).await?,
                }
                .rows_affected()
            }
            Target::Sqlite(on, arguments) => {
                let query = sqlx::query_with::<Sqlite, _>(sql, arguments);
                match on {
                    SqliteOn::Pools { writer, .. } => query.execute(writer).await?,
                    SqliteOn::Transaction(connection) => query.execute(connection).await?,
                }
                .rows_affected()
            }
        })
    }

    /// Returns all rows in memory; limit them with `limit`.
    pub async fn fetch_all<R: Row>(self) -> Result<Vec<R>> {
        let (sql, target) = self.finish()?;
        Ok(match target {
            Target::Postgres(on, arguments) => {
                let query = sqlx::query_as_with::<Postgres, R, _>(sql, arguments);
                match on {
                    PostgresOn::Pool(pool) => query.fetch_all(pool).await?,
                    PostgresOn::Transaction(connection) => query.fetch_all(connection).await?,
                }
            }
            Target::Sqlite(on, arguments) => {
                let only_reads = only_reads(sql.as_str());
                let query = sqlx::query_as_with::<Sqlite, R, _>(sql, arguments);
                match on {
                    SqliteOn::Pools { readers, .. } if only_reads => query.fetch_all(readers).await?,
                    SqliteOn::Pools { writer, .. } => query.fetch_all(writer).await?,
                    SqliteOn::Transaction(connection) => query.fetch_all(connection).await?,
                }
            }
        })
    }

    /// Returns the first row, if any.
    ///
    /// The statement always runs to its end, because SQLite commits an `insert … returning` only then.
    pub async fn fetch_optional<R: Row>(self) -> Result<Option<R>> {
        Ok(self.fetch_all().await?.into_iter().next())
    }

    /// Returns the first row, or [`DbError::NoRow`].
    pub async fn fetch_one<R: Row>(self) -> Result<R> {
        self.fetch_optional().await?.ok_or(DbError::NoRow)
    }

    /// Returns the only column of the first row, or [`DbError::NoRow`].
    pub async fn fetch_scalar<T>(self) -> Result<T>
    where
        (T,): Row,
    {
        Ok(self.fetch_one::<(T,)>().await?.0)
    }

    /// Returns the only column of every row.
    pub async fn fetch_scalars<T>(self) -> Result<Vec<T>>
    where
        (T,): Row,
    {
        Ok(self.fetch_all::<(T,)>().await?.into_iter().map(|(value,)| value).collect())
    }

    pub(crate) fn add<'v>(&mut self, value: impl Value<'v>) -> Result<(), BoxDynError> {
        match &mut self.target {
            Target::Postgres(_, arguments) => arguments.add(value),
            Target::Sqlite(_, arguments) => arguments.add(value),
        }
    }

    /// Binds a whole column of rows as one parameter; on PostgreSQL only.
    pub(crate) fn add_column(&mut self, column: Column) -> Result<(), BoxDynError> {
        match &mut self.target {
            Target::Postgres(_, arguments) => arguments.add(column),
            Target::Sqlite(..) => Err("SQLite has no arrays".into()),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        match &self.target {
            Target::Postgres(..) => Engine::Postgres,
            Target::Sqlite(..) => Engine::Sqlite,
        }
    }

    pub(crate) fn break_with(mut self, error: BoxDynError) -> Self {
        self.broken.get_or_insert(error);
        self
    }

    fn finish(self) -> Result<(SqlStr, Target<'e>)> {
        match self.broken {
            None => Ok((self.sql, self.target)),
            Some(error) => Err(DbError::Other(format!("{error} in `{}`", self.sql.as_str()))),
        }
    }
}

/// Whether a statement may run on SQLite's readers. A wrong "no" is only slower; a wrong "yes" is refused by
/// the `query_only` mode of the readers.
fn only_reads(sql: &str) -> bool {
    let mut words = sql
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty());
    match words.next() {
        Some(first) if first.eq_ignore_ascii_case("select") => true,
        Some(first) if first.eq_ignore_ascii_case("with") => !words.any(|word| {
            ["insert", "update", "delete", "replace"].iter().any(|w| word.eq_ignore_ascii_case(w))
        }),
        _ => false,
    }
}

impl std::fmt::Debug for Query<'_> {
    /// Prints only the text, because values may be personal or secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("sql", &self.sql.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_without_a_write_go_to_the_readers() {
        let cases = [
            ("select 1", true),
            ("\n  Select updated_at from t", true),
            ("-- why\nselect 1", true),
            ("with x as (select updated_at from t) select * from x", true),
            ("with x as (delete from t returning id) select * from x", false),
            ("insert into t values (1) returning id", false),
            ("update t set a = 1", false),
            ("", false),
        ];
        for (sql, expected) in cases {
            assert_eq!(only_reads(sql), expected, "{sql}");
        }
    }
}

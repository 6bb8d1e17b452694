use sqlx::encode::Encode;
use sqlx::postgres::{PgHasArrayType, PgRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Postgres, Sqlite, Type};

/// What can be bound: the types of the table in the crate's documentation, and `Option`s of them.
pub trait Value<'v>:
    Encode<'v, Postgres> + Type<Postgres> + PgHasArrayType + Encode<'v, Sqlite> + Type<Sqlite>
{
}

impl<'v, T> Value<'v> for T where
    T: Encode<'v, Postgres> + Type<Postgres> + PgHasArrayType + Encode<'v, Sqlite> + Type<Sqlite>
{
}

/// What a row can be read into: tuples, and structs that derive [`FromRow`](crate::FromRow).
pub trait Row: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// What a list for `in ($list)` can hold: ids, texts, times.
pub trait ListItem: for<'v> Value<'v> + Clone {}

impl<T> ListItem for T where T: for<'v> Value<'v> + Clone {}

use sqlx::encode::Encode;
use sqlx::postgres::{PgHasArrayType, PgRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Postgres, Sqlite, Type};

/// A value that can be bound: the types of the table in the crate documentation, and `Option`s of them.
pub trait Value<'v>:
    Encode<'v, Postgres> + Type<Postgres> + PgHasArrayType + Encode<'v, Sqlite> + Type<Sqlite>
{
}

impl<'v, T> Value<'v> for T where
    T: Encode<'v, Postgres> + Type<Postgres> + PgHasArrayType + Encode<'v, Sqlite> + Type<Sqlite>
{
}

/// A type that a row can be read into: tuples, and structs that derive [`FromRow`](crate::FromRow).
pub trait Row: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// The element type of a list for `in ($list)`: ids, texts, times.
pub trait ListItem: for<'v> Value<'v> + Clone {}

impl<T> ListItem for T where T: for<'v> Value<'v> + Clone {}

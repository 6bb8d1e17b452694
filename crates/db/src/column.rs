//! A column of rows to insert, as one array parameter of PostgreSQL.

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Postgres, Type};

use crate::arguments::Value;

/// The encoded values of one column.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// Types of the array and of its elements, known after the first value.
    types: Option<(PgTypeInfo, PgTypeInfo)>,
    values: i32,
    has_null: bool,
    /// Length of each value, or -1 for null, followed by its bytes.
    bytes: Vec<u8>,
    /// Buffer for one encoded value before it is appended.
    value: PgArgumentBuffer,
}

impl Column {
    pub(crate) fn push<'v, T: Value<'v>>(&mut self, value: T) -> Result<(), BoxDynError> {
        self.types.get_or_insert_with(|| (T::array_type_info(), <T as Type<Postgres>>::type_info()));
        self.values += 1;
        self.value.clear();
        match Encode::<Postgres>::encode(value, &mut self.value)? {
            IsNull::Yes => {
                self.has_null = true;
                self.bytes.extend((-1_i32).to_be_bytes());
            }
            IsNull::No => {
                self.bytes.extend(i32::try_from(self.value.len())?.to_be_bytes());
                self.bytes.extend_from_slice(&self.value);
            }
        }
        Ok(())
    }
}

impl Type<Postgres> for Column {
    /// The type of a column without values, which is never sent.
    fn type_info() -> PgTypeInfo {
        <Vec<String> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Column {
    /// The binary form of an array: number of dimensions, whether there are nulls, type of the elements; for
    /// the one dimension its length and the number of its first element; then the elements (`array_recv` in
    /// PostgreSQL's `src/backend/utils/adt/arrayfuncs.c`).
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let oid = self.types.as_ref().and_then(|(_, element)| element.oid());
        let oid = oid.ok_or("a value has a type that PostgreSQL does not bring along")?;
        buffer.extend(1_i32.to_be_bytes());
        buffer.extend(i32::from(self.has_null).to_be_bytes());
        buffer.extend(oid.0.to_be_bytes());
        buffer.extend(self.values.to_be_bytes());
        buffer.extend(1_i32.to_be_bytes());
        buffer.extend_from_slice(&self.bytes);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        self.types.as_ref().map(|(array, _)| array.clone())
    }

    fn size_hint(&self) -> usize {
        self.bytes.len() + 20
    }
}

//! Columns of event ids, 16 bytes each.

use patchbay_db::Blob;
use uuid::Uuid;

pub(super) fn encode(ids: impl IntoIterator<Item = Uuid>) -> Blob {
    Blob(ids.into_iter().flat_map(Uuid::into_bytes).collect::<Vec<u8>>().into())
}

pub(super) fn decode(column: &Blob) -> impl Iterator<Item = Uuid> {
    column.0.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok())
}

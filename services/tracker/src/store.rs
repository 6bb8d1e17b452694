//! SQL in, domain types out.

pub(crate) mod audit_entries;
pub(crate) mod issues;
pub(crate) mod memberships;
pub(crate) mod organizations;
pub(crate) mod projects;
pub(crate) mod users;

use patchbay_db::DbError;

/// A word in the database that this code does not know: written by a newer release, or by hand.
fn unknown(what: &str, word: &str) -> DbError {
    DbError::Other(format!("the stored {what} {word:?} is not known"))
}

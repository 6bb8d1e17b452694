//! Errors that a product reports.

pub(crate) mod created;
pub(crate) mod day;
pub(crate) mod detail;
pub(crate) mod document;
pub(crate) mod error_event;
pub(crate) mod grouping;
pub(crate) mod lenient_json;
pub(crate) mod occurrence;
pub(crate) mod source;
pub(crate) mod stack;
pub(crate) mod stored_event;

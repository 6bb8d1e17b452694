//! Checks of request fields that many requests share.

pub(crate) mod field_errors;
pub(crate) mod id_or_slug;
pub(crate) mod page;
pub(crate) mod pattern;
pub(crate) mod reserved_slug;
pub(crate) mod slug_choice;
pub(crate) mod text;

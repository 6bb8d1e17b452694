//! The layers around all operations.

pub(crate) mod address_limit;
pub(crate) mod cors;
pub(crate) mod limits;
pub(crate) mod observe;

//! Messages of the bus, one file for each kind.

pub(crate) mod published;

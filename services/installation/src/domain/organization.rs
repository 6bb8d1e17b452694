//! An organization as far as this service knows it.

/// Number and slug, as they stand beside what belongs to the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organization {
    pub(crate) id: i64,
    pub(crate) slug: String,
}

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};

use super::fields::Fields;
use super::slug_choice::SlugChoice;
use super::text;

const MAX_NAME: usize = 64;

/// A customer of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organization {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// What somebody who founds an organization wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewOrganization {
    pub(crate) name: String,
    pub(crate) slug: SlugChoice,
}

impl NewOrganization {
    /// # Errors
    /// `INVALID_FIELD` (name, slug).
    pub(crate) fn read(name: &str, slug: &str) -> Result<Self> {
        let mut fields = Fields::default();
        let new = Self {
            name: fields.take("name", text::required_line(name, MAX_NAME)),
            slug: fields.take("slug", SlugChoice::read(slug, name, "organization")),
        };
        fields.finish().map(|()| new)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("ORGANIZATION_NOT_FOUND", "The requested resource does not exist")
}

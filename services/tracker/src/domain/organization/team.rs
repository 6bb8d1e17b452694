use patchbay_domain::{Error, Result};

use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::slug_choice::SlugChoice;
use crate::domain::input::text;

const MAX_NAME: usize = 64;

/// A team of members that work on projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Team {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// The validated fields of a new team.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewTeam {
    pub(crate) name: String,
    pub(crate) slug: SlugChoice,
}

impl NewTeam {
    /// # Errors
    /// `INVALID_FIELD` (name, slug).
    pub(crate) fn read(name: &str, slug: &str) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let named = if name.is_empty() { slug } else { name };
        let new = Self {
            name: field_errors.take("name", text::required_line(named, MAX_NAME)),
            slug: field_errors.take("slug", SlugChoice::read_inner(slug, named, "team")),
        };
        field_errors.finish().map(|()| new)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("TEAM_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) fn member_not_found() -> Error {
    Error::not_found("MEMBER_NOT_FOUND", "The requested resource does not exist")
}

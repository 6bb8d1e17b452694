pub(crate) mod snowflake;

use patchbay_domain::{Error, Result};

use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::slug_choice::SlugChoice;
use crate::domain::input::text;

const MAX_NAME: usize = 64;
/// Also the limit for the platform of an issue.
pub(crate) const MAX_PLATFORM: usize = 64;

/// A project, to which issues belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// The main technology; empty if unknown.
    pub(crate) platform: String,
}

/// The validated fields of a new project.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewProject {
    pub(crate) name: String,
    pub(crate) slug: SlugChoice,
    pub(crate) platform: String,
}

impl NewProject {
    /// # Errors
    /// `INVALID_FIELD` (name, slug, platform).
    pub(crate) fn read(name: &str, slug: &str, platform: &str) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let new = Self {
            name: field_errors.take("name", text::required_line(name, MAX_NAME)),
            slug: field_errors.take("slug", SlugChoice::read_inner(slug, name, "project")),
            platform: field_errors.take("platform", text::line(platform, MAX_PLATFORM)),
        };
        field_errors.finish().map(|()| new)
    }
}

/// The validated fields to change; `None` leaves a field unchanged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectChange {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) platform: Option<String>,
}

impl ProjectChange {
    /// # Errors
    /// `INVALID_FIELD` (name, slug, platform).
    pub(crate) fn read(name: Option<&str>, slug: Option<&str>, platform: Option<&str>) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let checked_slug = |slug: &str| {
            if slug.is_empty() {
                return Err("This field may not be blank.".to_owned());
            }
            SlugChoice::read_inner(slug, "", "project").map(|_| slug.to_owned())
        };
        let change = Self {
            name: name.map(|name| field_errors.take("name", text::required_line(name, MAX_NAME))),
            slug: slug.map(|slug| field_errors.take("slug", checked_slug(slug))),
            platform: platform
                .map(|platform| field_errors.take("platform", text::line(platform, MAX_PLATFORM))),
        };
        field_errors.finish().map(|()| change)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("PROJECT_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) mod directory_access;
pub(crate) mod features;
pub(crate) mod invitation;
pub(crate) mod member_change;
pub(crate) mod team;

use chrono::{DateTime, Utc};
use patchbay_domain::{Error, Result};

use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::slug_choice::SlugChoice;
use crate::domain::input::text;

const MAX_NAME: usize = 64;

/// A customer of the host product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organization {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) created_at: DateTime<Utc>,
    /// Sorted.
    pub(crate) features: Vec<String>,
    /// Webhooks contain no e-mail addresses of members.
    pub(crate) enhanced_privacy: bool,
    /// Every member may access every project; otherwise members and admins access only those of their teams.
    pub(crate) open_membership: bool,
}

/// The validated fields of a new organization.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewOrganization {
    pub(crate) name: String,
    pub(crate) slug: SlugChoice,
}

impl NewOrganization {
    /// # Errors
    /// `INVALID_FIELD` (name, slug).
    pub(crate) fn read(name: &str, slug: &str) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let new = Self {
            name: field_errors.take("name", text::required_line(name, MAX_NAME)),
            slug: field_errors.take("slug", SlugChoice::read(slug, name, "organization")),
        };
        field_errors.finish().map(|()| new)
    }
}

/// The fields to change; `None` leaves a field unchanged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) enhanced_privacy: Option<bool>,
    pub(crate) open_membership: Option<bool>,
    pub(crate) features: Option<Vec<String>>,
}

impl Changes {
    /// The changed organization.
    ///
    /// # Errors
    /// `INVALID_FIELD` (name, features).
    pub(crate) fn apply(self, mut organization: Organization) -> Result<Organization> {
        let mut field_errors = FieldErrors::default();
        if let Some(name) = self.name {
            organization.name = field_errors.take("name", text::required_line(&name, MAX_NAME));
        }
        if let Some(features) = self.features {
            organization.features =
                field_errors.take("features", features::read(features.iter().map(String::as_str)));
        }
        organization.enhanced_privacy = self.enhanced_privacy.unwrap_or(organization.enhanced_privacy);
        organization.open_membership = self.open_membership.unwrap_or(organization.open_membership);
        field_errors.finish().map(|()| organization)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("ORGANIZATION_NOT_FOUND", "The requested resource does not exist")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Organization {
        Organization {
            id: 7,
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            features: vec!["a".to_owned()],
            enhanced_privacy: true,
            open_membership: true,
        }
    }

    #[test]
    fn what_is_not_given_stays_as_it_is() {
        assert_eq!(Changes::default().apply(acme()).unwrap(), acme());
        let changes = Changes { features: Some(Vec::new()), ..Changes::default() };
        assert_eq!(changes.apply(acme()).unwrap(), Organization { features: Vec::new(), ..acme() });
        let changes = Changes {
            name: Some(" Acme Inc. ".to_owned()),
            enhanced_privacy: Some(false),
            open_membership: Some(false),
            features: Some(vec!["b".to_owned(), "a".to_owned()]),
        };
        let expected = Organization {
            name: "Acme Inc.".to_owned(),
            enhanced_privacy: false,
            open_membership: false,
            features: vec!["a".to_owned(), "b".to_owned()],
            ..acme()
        };
        assert_eq!(changes.apply(acme()).unwrap(), expected);
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let changes = Changes {
            name: Some(String::new()),
            features: Some(vec!["no feature".to_owned()]),
            ..Changes::default()
        };
        let error = changes.apply(acme()).unwrap_err();
        let wrong: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(wrong, ["name", "features"]);
    }
}

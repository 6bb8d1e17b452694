use chrono::{DateTime, Utc};
use patchbay_domain::{EmailAddress, Error, Membership, Result, Role};

use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::text;

const MAX_NAME: usize = 200;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Unique; the text of an [`EmailAddress`].
    pub(crate) email: String,
    pub(crate) is_superuser: bool,
    pub(crate) is_staff: bool,
    /// Cannot sign in or use tokens.
    pub(crate) is_disabled: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// A user and their memberships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserAndMemberships {
    pub(crate) user: User,
    pub(crate) memberships: Vec<Membership>,
}

/// A member of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) user: User,
    pub(crate) role: Role,
    pub(crate) joined_at: DateTime<Utc>,
}

/// The validated fields of a new user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) email: String,
}

impl NewUser {
    /// # Errors
    /// `INVALID_FIELD` (name, email).
    pub(crate) fn read(name: &str, email: &str) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let new = Self {
            name: field_errors.take("name", text::required_line(name, MAX_NAME)),
            email: field_errors.take("email", read_email(email)),
        };
        field_errors.finish().map(|()| new)
    }
}

/// The fields to change; `None` leaves a field unchanged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) is_superuser: Option<bool>,
    pub(crate) is_staff: Option<bool>,
    pub(crate) is_disabled: Option<bool>,
}

impl Changes {
    /// The changed user.
    ///
    /// # Errors
    /// `INVALID_FIELD` (name, email).
    pub(crate) fn apply(self, mut user: User) -> Result<User> {
        let mut field_errors = FieldErrors::default();
        if let Some(name) = self.name {
            user.name = field_errors.take("name", text::required_line(&name, MAX_NAME));
        }
        if let Some(address) = self.email {
            user.email = field_errors.take("email", read_email(&address));
        }
        user.is_superuser = self.is_superuser.unwrap_or(user.is_superuser);
        user.is_staff = self.is_staff.unwrap_or(user.is_staff);
        user.is_disabled = self.is_disabled.unwrap_or(user.is_disabled);
        field_errors.finish().map(|()| user)
    }
}

fn read_email(text: &str) -> Result<String, String> {
    EmailAddress::parse(text).map(String::from).map_err(|error| error.to_string())
}

/// The roles from `least` on; all of them when it is empty.
///
/// # Errors
/// `UNKNOWN_ROLE`.
pub(crate) fn roles_from(least: &str) -> Result<Vec<Role>> {
    if least.is_empty() {
        return Ok(Role::ALL.to_vec());
    }
    let least = read_role(least)?;
    Ok(Role::ALL.into_iter().filter(|role| *role >= least).collect())
}

/// # Errors
/// `UNKNOWN_ROLE`.
pub(crate) fn read_role(text: &str) -> Result<Role> {
    text.parse().map_err(|_| {
        let names = Role::ALL.map(Role::as_str).join(", ");
        Error::invalid("UNKNOWN_ROLE", "There is no such role.")
            .with_field("role", format!("Must be one of {names}."))
    })
}

pub(crate) fn not_found() -> Error {
    Error::not_found("USER_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) fn no_such_member() -> Error {
    Error::not_found("MEMBER_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) fn email_taken() -> Error {
    Error::conflict("EMAIL_TAKEN", "There is already a user with this email address.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_stays_as_it_is() {
        let ada = User {
            id: 1,
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            is_superuser: false,
            is_staff: true,
            is_disabled: false,
            created_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(Changes::default().apply(ada.clone()).unwrap(), ada);
        let changes = Changes { is_staff: Some(false), is_disabled: Some(true), ..Changes::default() };
        let expected = User { is_staff: false, is_disabled: true, ..ada.clone() };
        assert_eq!(changes.apply(ada.clone()).unwrap(), expected);
        let changes =
            Changes { name: Some(" ".to_owned()), email: Some("x".to_owned()), ..Changes::default() };
        assert_eq!(changes.apply(ada).unwrap_err().fields.len(), 2);
    }

    #[test]
    fn roles_are_asked_for_from_one_on() {
        assert_eq!(roles_from("").unwrap(), Role::ALL);
        assert_eq!(roles_from("manager").unwrap(), [Role::Manager, Role::Owner]);
        assert_eq!(roles_from("root").unwrap_err().reason, "UNKNOWN_ROLE");
    }

    #[test]
    fn a_role_is_one_of_four() {
        assert_eq!(read_role("manager").unwrap(), Role::Manager);
        for text in ["", "Owner", "root"] {
            assert_eq!(read_role(text).unwrap_err().reason, "UNKNOWN_ROLE", "{text:?}");
        }
    }
}

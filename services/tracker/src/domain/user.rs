use patchbay_domain::{Error, Membership, Result, Role};

use super::fields::Fields;
use super::{email, text};

const MAX_NAME: usize = 200;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Unique, lower case.
    pub(crate) email: String,
    pub(crate) is_superuser: bool,
    pub(crate) is_staff: bool,
}

/// A person, and what they are in each organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) user: User,
    pub(crate) memberships: Vec<Membership>,
}

/// The words of a registration, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) email: String,
}

impl NewUser {
    /// # Errors
    /// `INVALID_FIELD` (name, email).
    pub(crate) fn read(name: &str, email: &str) -> Result<Self> {
        let mut fields = Fields::default();
        let new = Self {
            name: fields.take("name", text::required_line(name, MAX_NAME)),
            email: fields.take("email", email::normalize(email)),
        };
        fields.finish().map(|()| new)
    }
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

pub(crate) fn email_taken() -> Error {
    Error::conflict("EMAIL_TAKEN", "There is already a user with this email address.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_one_of_four() {
        assert_eq!(read_role("manager").unwrap(), Role::Manager);
        for text in ["", "Owner", "root"] {
            assert_eq!(read_role(text).unwrap_err().reason, "UNKNOWN_ROLE", "{text:?}");
        }
    }
}

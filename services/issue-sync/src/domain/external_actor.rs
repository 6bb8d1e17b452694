//! Names at trackers, and to whom they belong.

use patchbay_domain::{Error, Result};

/// A mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExternalActor {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) provider: String,
    pub(crate) actor: Actor,
    pub(crate) external_name: String,
    pub(crate) external_id: Option<String>,
}

/// To whom a name belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Actor {
    User(i64),
    Team(i64),
}

impl Actor {
    /// As it is stored: `user:5`.
    pub(crate) fn stored(self) -> String {
        match self {
            Self::User(id) => format!("user:{id}"),
            Self::Team(id) => format!("team:{id}"),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        let id = id.parse().ok()?;
        match kind {
            "user" => Some(Self::User(id)),
            "team" => Some(Self::Team(id)),
            _ => None,
        }
    }

    pub(crate) fn is_user(self) -> bool {
        matches!(self, Self::User(_))
    }
}

/// Checks a name. `at_names`: names at this tracker begin with `@`.
pub(crate) fn check_name(name: &str, at_names: bool) -> Result<(), String> {
    let length = name.chars().count();
    if !(1..=255).contains(&length) {
        let bounds = "Length must be between 1 and 255";
        return Err(format!("External Name has invalid length: {length}. {bounds}"));
    }
    let is_part = |letter: char| letter.is_alphanumeric() || "_/.-".contains(letter);
    let fits = name.strip_prefix('@').is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_part));
    if at_names && !fits {
        let text = "External Name must start with '@' and can't contain special characters or spaces.";
        return Err(text.to_owned());
    }
    Ok(())
}

/// Checks an id at a tracker.
pub(crate) fn check_external_id(id: &str) -> Result<(), String> {
    let length = id.chars().count();
    if (1..=64).contains(&length) {
        return Ok(());
    }
    Err(format!("External Id has invalid length: {length}. Length must be between 1 and 64"))
}

pub(crate) fn not_found() -> Error {
    Error::not_found("EXTERNAL_ACTOR_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) fn exists() -> Error {
    Error::invalid(
        "EXTERNAL_ACTOR_EXISTS",
        "There already exists an external association with this external_name and provider.",
    )
}

pub(crate) fn ambiguous() -> Error {
    Error::conflict("AMBIGUOUS_ACTOR", "Multiple external associations match the requested actor.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_an_at_have_no_special_characters() {
        for fine in ["@wren", "@acme/team.one-2", "@a_b"] {
            assert!(check_name(fine, true).is_ok(), "{fine}");
        }
        for wrong in ["wren", "@", "@a b", "@a@b", "@a!"] {
            assert!(check_name(wrong, true).unwrap_err().starts_with("External Name must start"), "{wrong}");
        }
        assert!(check_name("Wren Ford", false).is_ok());
    }

    #[test]
    fn lengths_are_named() {
        let long = check_name(&"a".repeat(300), true).unwrap_err();
        assert_eq!(long, "External Name has invalid length: 300. Length must be between 1 and 255");
        assert!(check_external_id(&"1".repeat(64)).is_ok() && check_external_id("").is_err());
    }

    #[test]
    fn an_actor_is_read_as_it_was_stored() {
        for actor in [Actor::User(5), Actor::Team(9)] {
            assert_eq!(Actor::parse(&actor.stored()), Some(actor));
        }
        for wrong in ["user:", "user", "app:1", ""] {
            assert_eq!(Actor::parse(wrong), None);
        }
    }
}

//! The event types by which the request log can be filtered.

use patchbay_domain::{Error, EventType, shortened};

/// Requests that Sentry logs too, although they are not events of the catalogue.
const COMPONENT_REQUESTS: &[(&str, &str)] = &[
    ("external_issue", "created"),
    ("external_issue", "linked"),
    ("select_options", "requested"),
    ("alert_rule_action", "requested"),
    ("alert_rule_action", "error"),
];

/// Resource and action.
pub(crate) type TypeName = (String, String);

/// A parsed name of an event type. Whether a custom type exists is checked later.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The empty name: all event types.
    All,
    BuiltIn(TypeName),
    /// Not a built-in type, so perhaps a custom one.
    Custom(TypeName),
}

/// # Errors
/// The name has no dot.
pub(crate) fn read(name: &str) -> Result<Named, Error> {
    if name.is_empty() {
        return Ok(Named::All);
    }
    let pair = name.split_once('.').ok_or_else(|| unknown(name))?;
    let name_parts = (pair.0.to_owned(), pair.1.to_owned());
    let is_built_in = name.parse::<&'static EventType>().is_ok() || COMPONENT_REQUESTS.contains(&pair);
    Ok(if is_built_in { Named::BuiltIn(name_parts) } else { Named::Custom(name_parts) })
}

/// The error for an unknown event type.
pub(crate) fn unknown(name: &str) -> Error {
    Error::invalid("UNKNOWN_EVENT_TYPE", "There is no such event type.")
        .with_field("eventType", format!("\"{}\" is not a valid choice.", shortened(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(resource: &str, action: &str) -> TypeName {
        (resource.to_owned(), action.to_owned())
    }

    #[test]
    fn events_of_the_catalogue_and_component_requests_are_built_in() {
        for (name, expected) in [
            ("", Named::All),
            ("issue.created", Named::BuiltIn(pair("issue", "created"))),
            ("installation.deleted", Named::BuiltIn(pair("installation", "deleted"))),
            ("external_issue.linked", Named::BuiltIn(pair("external_issue", "linked"))),
            ("issue.exploded", Named::Custom(pair("issue", "exploded"))),
            ("deploy.finished", Named::Custom(pair("deploy", "finished"))),
            (".", Named::Custom(pair("", ""))),
        ] {
            assert_eq!(read(name).unwrap(), expected, "{name}");
        }
        assert_eq!(read("issue").unwrap_err().reason, "UNKNOWN_EVENT_TYPE");
    }
}

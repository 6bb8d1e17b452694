//! Which event types the request log can be asked for.

use patchbay_domain::{Error, EventType, shortened};

/// Sentry logs these too; none of them is an event of the catalogue.
const OTHERS: &[(&str, &str)] = &[
    ("external_issue", "created"),
    ("external_issue", "linked"),
    ("select_options", "requested"),
    ("alert_rule_action", "requested"),
    ("alert_rule_action", "error"),
];

/// Resource and action.
pub(crate) type Wanted = (String, String);

/// What a name of an event type says, before anybody has looked whether it is one of the operator's own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The empty name.
    Everything,
    BuiltIn(Wanted),
    /// None of those that are built in.
    Own(Wanted),
}

/// # Errors
/// For what is no name of an event type at all.
pub(crate) fn read(name: &str) -> Result<Named, Error> {
    if name.is_empty() {
        return Ok(Named::Everything);
    }
    let pair = name.split_once('.').ok_or_else(|| unknown(name))?;
    let wanted = (pair.0.to_owned(), pair.1.to_owned());
    let is_built_in = name.parse::<&'static EventType>().is_ok() || OTHERS.contains(&pair);
    Ok(if is_built_in { Named::BuiltIn(wanted) } else { Named::Own(wanted) })
}

/// The refusal of a name that nobody knows.
pub(crate) fn unknown(name: &str) -> Error {
    Error::invalid("UNKNOWN_EVENT_TYPE", "There is no such event type.")
        .with_field("eventType", format!("\"{}\" is not a valid choice.", shortened(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(resource: &str, action: &str) -> Wanted {
        (resource.to_owned(), action.to_owned())
    }

    #[test]
    fn events_of_the_catalogue_and_sentrys_others_are_known() {
        for (name, expected) in [
            ("", Named::Everything),
            ("issue.created", Named::BuiltIn(pair("issue", "created"))),
            ("installation.deleted", Named::BuiltIn(pair("installation", "deleted"))),
            ("external_issue.linked", Named::BuiltIn(pair("external_issue", "linked"))),
            ("issue.exploded", Named::Own(pair("issue", "exploded"))),
            ("deploy.finished", Named::Own(pair("deploy", "finished"))),
            (".", Named::Own(pair("", ""))),
        ] {
            assert_eq!(read(name).unwrap(), expected, "{name}");
        }
        assert_eq!(read("issue").unwrap_err().reason, "UNKNOWN_EVENT_TYPE");
    }
}

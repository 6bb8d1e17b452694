//! Which event types the request log can be asked for.

use patchbay_domain::{Error, EventType, Result};

/// Sentry logs these too; none of them is an event of the catalogue.
const OTHERS: &[(&str, &str)] = &[
    ("external_issue", "created"),
    ("external_issue", "linked"),
    ("select_options", "requested"),
    ("alert_rule_action", "requested"),
    ("alert_rule_action", "error"),
];

/// Resource and action of `name`; `None` for the empty name, which means all.
pub(crate) fn event_filter(name: &str) -> Result<Option<(String, String)>> {
    let known = known(name)?;
    Ok(known.map(|(resource, action)| (resource.to_owned(), action.to_owned())))
}

fn known(name: &str) -> Result<Option<(&'static str, &'static str)>> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Ok(event) = name.parse::<&'static EventType>() {
        return Ok(Some((event.resource, event.action)));
    }
    let other = name.split_once('.').and_then(|pair| OTHERS.iter().find(|other| **other == pair));
    match other {
        Some(other) => Ok(Some(*other)),
        None => Err(Error::invalid("UNKNOWN_EVENT_TYPE", "There is no such event type.")
            .with_field("eventType", format!("\"{name}\" is not a valid choice."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_the_catalogue_and_sentrys_others_are_known() {
        for (name, expected) in [
            ("", None),
            ("issue.created", Some(("issue", "created"))),
            ("installation.deleted", Some(("installation", "deleted"))),
            ("external_issue.linked", Some(("external_issue", "linked"))),
        ] {
            assert_eq!(known(name).unwrap(), expected, "{name}");
        }
        for name in ["issue", "issue.exploded", "external_issue.deleted", ".", "issue.created "] {
            assert_eq!(event_filter(name).unwrap_err().reason, "UNKNOWN_EVENT_TYPE", "{name}");
        }
    }
}

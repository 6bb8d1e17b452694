//! Interactions with apps that are counted.

use patchbay_domain::Error;

/// The name under which views are counted. Uses of components are counted under the type of the component.
pub(crate) const VIEWED: &str = "viewed";

const COMPONENTS: [&str; 2] = ["stacktrace-link", "issue-link"];

/// The name to count, from the fields of Sentry's API.
pub(crate) fn check(field: &str, component_type: &str) -> Result<&'static str, Error> {
    let refused = |message: &str| Error::invalid("INVALID_INTERACTION", message);
    match field {
        "sentry_app_viewed" => Ok(VIEWED),
        "sentry_app_component_interacted" => {
            COMPONENTS.into_iter().find(|known| *known == component_type).ok_or_else(|| {
                refused("The field componentType is required and must be one of ['stacktrace-link', 'issue-link']")
            })
        }
        _ => Err(refused(
            "The tsdbField must be one of: sentry_app_viewed, sentry_app_component_interacted",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_and_two_types_of_components_are_counted() {
        assert_eq!(check("sentry_app_viewed", "whatever").unwrap(), VIEWED);
        assert_eq!(check("sentry_app_component_interacted", "issue-link").unwrap(), "issue-link");
        assert!(check("sentry_app_component_interacted", "issue-media").is_err());
        assert!(check("", "issue-link").is_err());
    }
}

//! Features of an app. An organization needs at least one of them enabled to install the app.

/// A feature of Sentry's catalogue of integration features, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Feature(i32);

/// Number, gate and description; `{}` stands for the name of the app.
const CATALOGUE: [(i32, &str, &str); 12] = [
    (0, "integrations-api", "{} can use the API with the permissions it was given."),
    (1, "integrations-issue-link", "Issues can be created in or linked to {}."),
    (2, "integrations-stacktrace-link", "Lines of a stack trace open in {}."),
    (3, "integrations-event-hooks", "Events are forwarded to {}."),
    (4, "integrations-project-management", "Groups of issues are tracked as work in {}."),
    (5, "integrations-incident-management", "Outages are managed with notifications in {}."),
    (6, "integrations-feature-flag", "Errors are seen beside the feature flags of {}."),
    (7, "integrations-alert-rule", "Alerts are sent to {}."),
    (8, "integrations-release-management", "{} announces new releases."),
    (9, "integrations-visualization", "Data is drawn in {}."),
    (11, "integrations-chat", "Notifications are read in {}."),
    (12, "integrations-session-replay", "Errors link to the recorded session in {}."),
];

impl Feature {
    /// The feature of every new app.
    pub(crate) const API: Self = Self(0);

    pub(crate) fn new(number: i32) -> Option<Self> {
        CATALOGUE.iter().any(|(known, ..)| *known == number).then_some(Self(number))
    }

    pub(crate) fn number(self) -> i32 {
        self.0
    }

    /// The name of the feature among the features of an organization.
    pub(crate) fn gate(self) -> &'static str {
        self.entry().1
    }

    pub(crate) fn description(self, app_name: &str) -> String {
        self.entry().2.replace("{}", app_name)
    }

    fn entry(self) -> &'static (i32, &'static str, &'static str) {
        CATALOGUE.iter().find(|(number, ..)| *number == self.0).unwrap_or(&CATALOGUE[0])
    }
}

/// The features with these numbers, sorted and without duplicates.
pub(crate) fn check(numbers: &[i32]) -> Result<Vec<Feature>, crate::domain::problems::Messages> {
    let unknown: Vec<_> = numbers.iter().filter(|number| Feature::new(**number).is_none()).collect();
    if let Some(unknown) = unknown.first() {
        return Err(vec![format!("\"{unknown}\" is not a valid choice.")]);
    }
    let mut features: Vec<_> = numbers.iter().copied().filter_map(Feature::new).collect();
    features.sort();
    features.dedup();
    Ok(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_known_by_number() {
        assert_eq!(Feature::API.gate(), "integrations-api");
        assert_eq!(Feature::new(7).unwrap().gate(), "integrations-alert-rule");
        assert_eq!(Feature::new(3).unwrap().description("ACME"), "Events are forwarded to ACME.");
        assert_eq!(check(&[7, 0, 7]).unwrap(), [Feature::API, Feature(7)]);
        assert_eq!(check(&[0, 10]).unwrap_err(), ["\"10\" is not a valid choice."]);
        assert!(check(&[-1]).is_err() && check(&[]).unwrap().is_empty());
    }
}

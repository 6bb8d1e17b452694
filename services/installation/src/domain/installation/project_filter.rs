//! The project filter limits the issue and error events of an installation to some projects.

use patchbay_domain::{Error, shortened};
use serde::{Deserialize, Serialize};

/// Every replica of event-fanout keeps the filters of all installations in memory.
const MAX_PROJECTS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilteredProject {
    pub(crate) id: i64,
    pub(crate) slug: String,
}

/// The requested projects as ids or slugs, without duplicates.
pub(crate) fn check(ids: Vec<i64>, slugs: Vec<String>) -> Result<Vec<String>, Error> {
    let refused = |message: &str| Err(Error::field("projects", message));
    if !ids.is_empty() && !slugs.is_empty() {
        return refused(
            "Mixed types detected. All project identifiers must be of the same type (either all strings/slugs or all integers/IDs)",
        );
    }
    // The tracker takes both ids and slugs, so the slug "7" would find project 7.
    if let Some(number) = slugs.iter().find(|slug| slug.is_empty() || slug.parse::<i64>().is_ok()) {
        return refused(&not_found(number));
    }
    let mut names: Vec<String> = ids.iter().map(ToString::to_string).chain(slugs).collect();
    names.sort_unstable();
    names.dedup();
    match names.len() {
        0 => refused("Projects list cannot be empty"),
        1..=MAX_PROJECTS => Ok(names),
        _ => refused(&format!("Ensure this field has no more than {MAX_PROJECTS} elements.")),
    }
}

/// The same message for a missing project and a project of another organization.
pub(crate) fn not_found(project: &str) -> String {
    format!("Project '{}' does not exist or is not accessible", shortened(project))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(ids: Vec<i64>, slugs: &[&str]) -> String {
        let slugs = slugs.iter().map(|&slug| slug.to_owned()).collect();
        let mut error = check(ids, slugs).unwrap_err();
        assert_eq!(error.fields[0].field, "projects");
        error.fields.remove(0).messages.remove(0)
    }

    #[test]
    fn projects_are_named_by_slug_or_by_number() {
        assert_eq!(check(vec![], vec!["web".into(), "api".into(), "web".into()]).unwrap(), ["api", "web"]);
        assert_eq!(check(vec![7, 7], vec![]).unwrap(), ["7"]);
    }

    #[test]
    fn invalid_lists_of_projects_are_refused_with_sentrys_messages() {
        assert_eq!(problem(vec![], &[]), "Projects list cannot be empty");
        assert!(problem(vec![1], &["web"]).starts_with("Mixed types detected."));
        assert_eq!(problem(vec![], &["7"]), "Project '7' does not exist or is not accessible");
        assert_eq!(problem((0..201).collect(), &[]), "Ensure this field has no more than 200 elements.");
    }
}

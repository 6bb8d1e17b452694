use patchbay_domain::{Error, slug};

use crate::domain::input::reserved_slug::is_reserved;

/// Maximum number of slugs made from one name. Beyond it the request must contain a slug.
const MAX_NUMBERED: usize = 1000;
/// The longest slug of a project or team.
const MAX_INNER: usize = 50;

/// The slug of a new organization, project or team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SlugChoice {
    /// Exactly this slug.
    Given(String),
    /// This slug, or this slug followed by the first free number.
    Made(String),
}

impl SlugChoice {
    /// The slug `given`, or a slug made from `name` if it is empty. `noun` replaces a name without a character that
    /// a slug can contain.
    ///
    /// # Errors
    /// The problem with `given`, as a sentence.
    pub(crate) fn read(given: &str, name: &str, noun: &str) -> Result<Self, String> {
        if given.is_empty() {
            let made = slug::slugify(name);
            return Ok(Self::Made(if made.is_empty() { noun.to_owned() } else { made }));
        }
        if !slug::is_valid(given) {
            return Err(format!(
                "Enter a valid slug of at most {} lowercase letters, numbers, underscores or hyphens. \
                 It cannot be entirely numeric.",
                slug::MAX_LENGTH
            ));
        }
        Ok(Self::Given(given.to_owned()))
    }

    /// Like [`SlugChoice::read`], for projects and teams: shorter, and no name of a page of the organization.
    ///
    /// # Errors
    /// The problem with `given`, as a sentence.
    pub(crate) fn read_inner(given: &str, name: &str, noun: &str) -> Result<Self, String> {
        if given.chars().count() > MAX_INNER {
            return Err(format!("Ensure this field has no more than {MAX_INNER} characters."));
        }
        if is_reserved(given) {
            return Err(format!("The slug \"{given}\" is reserved and not allowed."));
        }
        Ok(match Self::read(given, name, noun)? {
            Self::Made(made) => {
                let short: String = made.chars().take(MAX_INNER).collect();
                Self::Made(short.trim_end_matches(['-', '_']).to_owned())
            }
            given => given,
        })
    }

    /// The slugs to try, best first.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = String> + Send + use<'_> {
        let (base, count) = match self {
            Self::Given(slug) => (slug, 1),
            Self::Made(slug) => (slug, MAX_NUMBERED),
        };
        (0..count)
            .map(|number| numbered(base, number))
            .filter(|slug| slug::is_valid(slug) && !is_reserved(slug))
    }
}

/// A placeholder while the other fields of an invalid request are checked.
impl Default for SlugChoice {
    fn default() -> Self {
        Self::Made(String::new())
    }
}

/// `base` for number 0, `base-1` for 1 and so on, cut to the maximum length.
fn numbered(base: &str, number: usize) -> String {
    if number == 0 {
        return base.to_owned();
    }
    let suffix = format!("-{number}");
    let kept: String = base.chars().take(slug::MAX_LENGTH - suffix.len()).collect();
    kept.trim_end_matches(['-', '_']).to_owned() + &suffix
}

/// The error when every candidate is in use.
pub(crate) fn taken(choice: &SlugChoice) -> Error {
    let (SlugChoice::Given(slug) | SlugChoice::Made(slug)) = choice;
    Error::conflict("SLUG_TAKEN", format!("The slug \"{slug}\" is already in use."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(given: &str, name: &str, count: usize) -> Vec<String> {
        SlugChoice::read(given, name, "project").unwrap().candidates().take(count).collect()
    }

    #[test]
    fn a_name_becomes_a_slug_with_numbers_to_fall_back_on() {
        assert_eq!(first("", "Front End!", 3), ["front-end", "front-end-1", "front-end-2"]);
    }

    #[test]
    fn a_number_becomes_a_slug_only_with_a_suffix() {
        assert_eq!(first("", "2024", 2), ["2024-1", "2024-2"]);
    }

    #[test]
    fn a_name_without_a_usable_letter_becomes_the_noun() {
        assert_eq!(first("", "日本", 2), ["project", "project-1"]);
    }

    #[test]
    fn a_given_slug_is_taken_as_it_is_or_not_at_all() {
        assert_eq!(first("front-end", "Something else", 9), ["front-end"]);
        for slug in ["42", "Upper", "a b", "-a", "a/b", "ä", &"a".repeat(65)] {
            assert!(SlugChoice::read(slug, "name", "project").is_err(), "{slug:?}");
        }
    }

    #[test]
    fn a_project_is_not_called_as_a_page_is() {
        let made = SlugChoice::read_inner("", "Settings", "project").unwrap();
        assert_eq!(made.candidates().next().unwrap(), "settings-1");
        assert!(SlugChoice::read_inner("settings", "x", "project").is_err());
        assert!(SlugChoice::read_inner(&"a".repeat(51), "x", "project").is_err());
        let long = SlugChoice::read_inner("", &"a".repeat(64), "project").unwrap();
        assert_eq!(long.candidates().next().unwrap().len(), 50);
    }

    proptest! {
        #[test]
        fn every_candidate_is_a_slug_and_no_two_are_the_same(name in ".{0,100}") {
            let candidates: Vec<_> = SlugChoice::read("", &name, "project").unwrap().candidates().collect();
            prop_assert!(candidates.iter().all(|candidate| slug::is_valid(candidate)));
            let distinct: std::collections::HashSet<_> = candidates.iter().collect();
            prop_assert_eq!(distinct.len(), candidates.len());
            prop_assert!(candidates.len() >= MAX_NUMBERED - 1);
        }
    }
}

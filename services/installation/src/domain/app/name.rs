//! The name of an app and the slug made from it.

use patchbay_domain::invisible::{PROBLEM, has_invisible};
use patchbay_domain::{Error, slug};
use uuid::Uuid;

use crate::domain::app::spam_name;
use crate::domain::problems::Messages;
use crate::domain::problems::one;

/// The slug of a name of this length still fits with the suffix of internal apps.
const MAX_NAME: usize = 57;

pub(crate) fn check(name: Option<&str>) -> Result<String, Messages> {
    match name.map(str::trim) {
        None => Err(one("This field is required.")),
        Some("") => Err(one("This field may not be blank.")),
        Some(name) if name.chars().count() > MAX_NAME => {
            Err(one(format!("Cannot exceed {MAX_NAME} characters")))
        }
        Some(name) if has_invisible(name) => Err(one(PROBLEM)),
        Some(name) if spam_name::is_spam(name) => Err(one(spam_name::MESSAGE)),
        Some(name) => Ok(name.to_owned()),
    }
}

/// The slug of a new app. `random` makes the suffix of internal apps, which would otherwise take common names away from
/// all organizations, and of names that are not a valid slug on their own.
pub(crate) fn slug_for(name: &str, is_internal: bool, random: Uuid) -> String {
    let base = slug::slugify(name);
    let suffix = &random.simple().to_string()[..6];
    // A single character can stand for several letters, so a short name can make a long slug.
    let with_suffix = |base: &str| {
        let short = &base[..base.len().min(slug::MAX_LENGTH - suffix.len() - 1)];
        format!("{}-{suffix}", short.trim_end_matches(['-', '_']))
    };
    match base.as_str() {
        "" => format!("app-{suffix}"),
        base if is_internal => with_suffix(base),
        base if slug::is_valid(base) => base.to_owned(),
        number => with_suffix(number),
    }
}

/// The error for a name whose slug is or was used by another app.
pub(crate) fn taken(name: &str) -> Error {
    Error::field("name", format!("Name {name} is already taken, please use another."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: Uuid = Uuid::from_u128(0xabc1_23ff_0000_4000_8000_0000_0000_0000);

    #[test]
    fn a_name_is_required_and_short() {
        assert_eq!(check(None).unwrap_err(), ["This field is required."]);
        assert_eq!(check(Some("  ")).unwrap_err(), ["This field may not be blank."]);
        assert_eq!(check(Some(&"é".repeat(58))).unwrap_err(), ["Cannot exceed 57 characters"]);
        assert_eq!(check(Some("Claim your BTC now")).unwrap_err(), [spam_name::MESSAGE]);
        for hidden in ["Pay\u{200b}Pal", "\u{202e}lapyaP", "\u{2066}Hooks\u{2069}"] {
            assert_eq!(check(Some(hidden)).unwrap_err(), [PROBLEM], "{hidden:?}");
        }
        assert_eq!(check(Some(&format!(" {} ", "é".repeat(57)))).unwrap(), "é".repeat(57));
    }

    #[test]
    fn slugs_are_readable_never_numbers_and_internal_ones_have_a_suffix() {
        for (name, is_internal, slug) in [
            ("Webhooks Galore", false, "webhooks-galore"),
            ("nulldb", true, "nulldb-abc123"),
            ("1234", false, "1234-abc123"),
            ("1234", true, "1234-abc123"),
            ("日本", false, "app-abc123"),
            ("日本", true, "app-abc123"),
            ("Ünïcödé", false, "unicode"),
            ("Ünïcödé", true, "unicode-abc123"),
        ] {
            assert_eq!(slug_for(name, is_internal, RANDOM), slug, "{name}");
        }
    }

    #[test]
    fn the_longest_name_makes_a_slug_that_fits() {
        for name in ["a".repeat(MAX_NAME), "㎨".repeat(MAX_NAME)] {
            let slug = slug_for(&name, true, RANDOM);
            assert_eq!(slug.len(), slug::MAX_LENGTH);
            assert!(slug::is_valid(&slug));
        }
    }
}

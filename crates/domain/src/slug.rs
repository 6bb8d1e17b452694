//! Slugs: readable ids for paths.

use unicode_normalization::UnicodeNormalization;

/// The longest stored slug.
pub const MAX_LENGTH: usize = 64;

/// Lower-case letters, digits and single dashes, derived from a name. Empty if the name has no usable
/// characters.
///
/// As by Django's `slugify`, which Sentry uses, letters lose their accents (compatibility decomposition, NFKD) and other
/// characters are dropped.
pub fn slugify(name: &str) -> String {
    let mut slug = String::with_capacity(name.len().min(MAX_LENGTH));
    for c in name.nfkd().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' | '_' => slug.push(c),
            '-' | ' ' | '\t' | '\n' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() == MAX_LENGTH {
            break;
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}

/// Whether `text` is a valid slug of an app or organization. A number is not valid, because paths accept a
/// numeric id in the same place.
pub fn is_valid(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_LENGTH
        && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_')
        && !text.bytes().all(|c| c.is_ascii_digit())
        && !text.starts_with(['-', '_'])
        && !text.ends_with(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Webhooks Galore", "webhooks-galore"),
            ("  A  --  B  ", "a-b"),
            ("Zürich!", "zurich"),
            ("Ünïcödé", "unicode"),
            ("U\u{308}nico\u{308}de", "unicode"),
            ("ﬁne Ｗｉｄｅ №５", "fine-wide-no5"),
            ("a\u{a0}b", "a-b"),
            ("Straße Øl", "strae-l"),
            ("snake_case", "snake_case"),
            ("../../etc/passwd", "etcpasswd"),
            ("日本", ""),
            ("", ""),
        ] {
            assert_eq!(slugify(name), slug, "{name:?}");
        }
    }

    #[test]
    fn a_number_is_no_slug() {
        assert!(!is_valid("1234"));
        assert!(is_valid("1234-ab"));
    }

    proptest! {
        #[test]
        fn a_slug_is_empty_numeric_or_valid(name in ".{0,200}") {
            let slug = slugify(&name);
            prop_assert!(slug.is_empty() || slug.bytes().all(|c| c.is_ascii_digit()) || is_valid(&slug), "{slug:?}");
        }

        #[test]
        fn slugifying_twice_changes_nothing_more(name in ".{0,200}") {
            prop_assert_eq!(slugify(&slugify(&name)), slugify(&name));
        }
    }
}

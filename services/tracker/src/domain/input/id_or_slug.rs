use patchbay_domain::slug;

/// The name of a resource in a request: its slug or its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdOrSlug {
    Id(i64),
    Slug(String),
}

impl IdOrSlug {
    /// Digits are an id, because no slug has only digits. `None` for a text that is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if slug::is_valid(text) {
            return Some(Self::Slug(text.to_owned()));
        }
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Self::Id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_and_the_rest_a_slug() {
        let slug = |text: &str| Some(IdOrSlug::Slug(text.to_owned()));
        for (text, expected) in [
            ("1", Some(IdOrSlug::Id(1))),
            ("007", Some(IdOrSlug::Id(7))),
            ("acme", slug("acme")),
            ("2024-1", slug("2024-1")),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("Acme", None),
            ("a/b", None),
            ("a\0", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(IdOrSlug::parse(text), expected, "{text:?}");
        }
    }
}

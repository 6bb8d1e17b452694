//! The id of an issue that people say to each other.

/// Crockford's base 32, in which Sentry counts issues: no letter looks like a digit or another letter.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `FRONT-END-9` for the ninth issue of `front-end`; `-A` for the tenth, `-10` for the 32nd.
///
/// Made from the slug when it is shown, so that it follows a project that is renamed.
pub(crate) fn short_id(project_slug: &str, number: i64) -> String {
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 || digits.is_empty() {
        digits.push(char::from(DIGITS[usize::from(rest as u8 & 31)]));
        rest >>= 5;
    }
    let number: String = digits.into_iter().rev().collect();
    format!("{}-{number}", project_slug.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_are_counted_in_base_32() {
        for (number, expected) in
            [(1, "1"), (9, "9"), (10, "A"), (18, "J"), (31, "Z"), (32, "10"), (1023, "ZZ"), (1024, "100")]
        {
            assert_eq!(short_id("front-end", number), format!("FRONT-END-{expected}"));
        }
        assert_eq!(short_id("x", i64::MAX), "X-7ZZZZZZZZZZZZ");
    }
}

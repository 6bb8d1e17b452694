//! The short id of an issue, such as `FRONT-END-9`.

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

/// The slug and number of a text that is written as a short id.
pub(crate) fn parse(text: &str) -> Option<(String, i64)> {
    let (slug, digits) = text.rsplit_once('-')?;
    let is_written =
        slug.bytes().chain(digits.bytes()).all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if slug.is_empty() || digits.is_empty() || digits.len() > 12 || !is_written {
        return None;
    }
    let mut number: i64 = 0;
    for digit in digits.to_ascii_uppercase().bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        number = number * 32 + i64::try_from(value).ok()?;
    }
    Some((slug.to_ascii_lowercase(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_reads_back() {
        for number in [1, 9, 10, 31, 32, 1024, 99_999] {
            let text = short_id("front-end", number);
            assert_eq!(parse(&text), Some(("front-end".to_owned(), number)), "{text}");
        }
        assert_eq!(parse("front-end-z"), Some(("front-end".to_owned(), 31)));
        for text in ["", "x", "-1", "a b-1", "FRONT-END-U", "front-", "x-1234567890123"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

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

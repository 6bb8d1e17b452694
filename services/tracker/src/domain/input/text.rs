//! Single lines of text.

use patchbay_domain::invisible::{PROBLEM, has_invisible};

/// The text without white space around it; it may be empty. `max` counts characters, not bytes.
///
/// # Errors
/// The problem, as a sentence.
pub(crate) fn line(text: &str, max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("Control characters are not allowed.".to_owned());
    }
    if has_invisible(text) {
        return Err(PROBLEM.to_owned());
    }
    if text.chars().count() > max {
        return Err(format!("Ensure this field has no more than {max} characters."));
    }
    Ok(text.to_owned())
}

/// Like [`line`], but refuses an empty text.
///
/// # Errors
/// The problem, as a sentence.
pub(crate) fn required_line(text: &str, max: usize) -> Result<String, String> {
    let text = line(text, max)?;
    if text.is_empty() { Err("This field may not be blank.".to_owned()) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(line("äöü", 3), Ok("äöü".to_owned()));
        assert_eq!(line("äöüß", 3), Err("Ensure this field has no more than 3 characters.".to_owned()));
    }

    #[test]
    fn white_space_around_a_line_does_not_count() {
        assert_eq!(required_line("  Acme Inc. \n", 9), Ok("Acme Inc.".to_owned()));
        for blank in ["", "   ", "\n\t"] {
            assert_eq!(required_line(blank, 9), Err("This field may not be blank.".to_owned()), "{blank:?}");
        }
    }

    #[test]
    fn what_makes_a_line_look_like_another_one_is_refused() {
        for text in ["Pay\u{200b}Pal", "\u{202e}lapyaP", "a\u{2028}b", "a\u{feff}"] {
            assert_eq!(line(text, 20), Err(PROBLEM.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["a\0b", "two\nlines", "a\tb", "bell\u{7}", "c1\u{85}c1"] {
            assert_eq!(line(text, 20), Err("Control characters are not allowed.".to_owned()), "{text:?}");
        }
    }
}

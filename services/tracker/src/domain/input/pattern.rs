/// The pattern with which `lower(… collate "C") like … escape '!'` finds texts that contain `text`.
///
/// Only the case of ASCII letters is ignored, on both engines: SQLite folds no other letters, and
/// PostgreSQL would fold by its locale without the collation "C".
pub(crate) fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars().filter(|&c| c != '\0').map(|c| c.to_ascii_lowercase()) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_like_understands_otherwise_is_taken_literally() {
        for (text, expected) in [
            ("", "%%"),
            ("Ada Ä", "%ada Ä%"),
            ("100%_!", "%100!%!_!!%"),
            ("a\0b", "%ab%"),
            ("\u{212a}", "%\u{212a}%"),
        ] {
            assert_eq!(holding(text), expected, "{text:?}");
        }
    }
}

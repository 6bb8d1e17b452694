/// The pattern with which `like … escape '!'` finds texts that hold `text`, both in lower case. The empty text is in all.
///
/// SQLite lowers ASCII only, so a text beyond it is found there as it was written.
pub(crate) fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars().filter(|&c| c != '\0') {
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
        for (text, expected) in [("", "%%"), (" Ada ", "%ada%"), ("100%_!", "%100!%!_!!%"), ("a\0b", "%ab%")]
        {
            assert_eq!(holding(text), expected, "{text:?}");
        }
    }
}

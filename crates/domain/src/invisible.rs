//! Characters that are not visible, or that make a name look like another one.

/// The problem with a name that has such characters, as a sentence.
pub const PROBLEM: &str =
    "Characters that are invisible or change the direction of the text are not allowed.";

/// Whether the character has no width or changes the direction of the text around it. Control characters are not among these.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        // The soft hyphen and joiners.
        '\u{ad}' | '\u{34f}'
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Spaces and joiners without a width.
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}' | '\u{feff}'
        // Separators of lines and paragraphs.
        | '\u{2028}' | '\u{2029}'
        // Fillers.
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        // Annotations, formats of shorthand and music, tags.
        | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    )
}

pub fn has_invisible(text: &str) -> bool {
    text.chars().any(is_invisible)
}

/// The text without such characters.
pub fn without_invisible(text: &str) -> String {
    text.chars().filter(|character| !is_invisible(*character)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_scripts_are_visible() {
        for name in ["Zoë Müller", "東京 – 日本", "שלום", "مرحبا", "한국어", "Ελλάδα", "🚀 ❤️", "a\tb"]
        {
            assert!(!has_invisible(name), "{name}");
            assert_eq!(without_invisible(name), name);
        }
    }

    #[test]
    fn direction_marks_and_characters_without_a_width_are_found() {
        for hidden in [
            '\u{202e}',
            '\u{2066}',
            '\u{200f}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{2028}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            let name = format!("Pay{hidden}Pal");
            assert!(has_invisible(&name), "{hidden:?}");
            assert_eq!(without_invisible(&name), "PayPal");
        }
    }
}

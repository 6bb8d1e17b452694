//! JSON that Sentry's SDKs send and JavaScript would change, rewritten before it is parsed.

use std::borrow::Cow;

/// JavaScript numbers represent every integer up to 2^53.
const LARGEST_INTEGER: u64 = 1 << 53;

/// Makes texts of integers beyond 2^53, and the replacement character of lone surrogates, which SDKs send where they cut a
/// text inside an emoji. Everything else stays as it is; invalid JSON stays invalid.
pub(crate) fn rewrite(json: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut position = 0;
    let mut replace = |from: usize, to: usize, parts: &[&[u8]]| {
        out.extend_from_slice(&json[copied..from]);
        parts.iter().for_each(|part| out.extend_from_slice(part));
        copied = to;
    };
    let mut in_text = false;
    while let Some(byte) = json.get(position) {
        let rest = &json[position..];
        position += match (in_text, byte) {
            (_, b'"') => {
                in_text = !in_text;
                1
            }
            (true, b'\\') => match escape(rest) {
                Escape::Whole(length) => length,
                Escape::LoneSurrogate => {
                    replace(position, position + 6, &[b"\\ufffd"]);
                    6
                }
            },
            (false, b'-' | b'0'..=b'9') => {
                let number = number(rest);
                if is_large(number) {
                    replace(position, position + number.len(), &[b"\"", number, b"\""]);
                }
                number.len()
            }
            _ => 1,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

enum Escape {
    /// The length of an escape, or of a pair of surrogates.
    Whole(usize),
    LoneSurrogate,
}

fn escape(text: &[u8]) -> Escape {
    match unit(text) {
        Some(0xd800..=0xdbff) => match text.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => Escape::Whole(12),
            _ => Escape::LoneSurrogate,
        },
        Some(0xdc00..=0xdfff) => Escape::LoneSurrogate,
        _ => Escape::Whole(2),
    }
}

/// The value of the escape `\uXXXX` with which `text` begins.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

/// The number with which `text` begins.
fn number(text: &[u8]) -> &[u8] {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    let length = text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len());
    &text[..length]
}

fn is_large(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let is_integer = digits.iter().all(u8::is_ascii_digit) && !digits.starts_with(b"0");
    // An integer that does not fit into 64 bits is large as well.
    let value = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u64>().ok());
    is_integer && !digits.is_empty() && value.is_none_or(|value| value > LARGEST_INTEGER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn rewritten(json: &str) -> String {
        String::from_utf8(rewrite(json.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn large_integers_become_texts_and_lone_surrogates_the_replacement_character() {
        for (json, expected) in [
            ("9007199254740992", "9007199254740992"),
            ("9007199254740993", r#""9007199254740993""#),
            ("-9007199254740993", r#""-9007199254740993""#),
            (
                "[1,18446744073709551615,18446744073709551616]",
                r#"[1,"18446744073709551615","18446744073709551616"]"#,
            ),
            (r#"{"a":1000000000000000000000000}"#, r#"{"a":"1000000000000000000000000"}"#),
            ("1e21", "1e21"),
            ("9007199254740993.0", "9007199254740993.0"),
            ("00009007199254740993", "00009007199254740993"),
            (r#""9007199254740993 \" 9007199254740993""#, r#""9007199254740993 \" 9007199254740993""#),
            (r#""\\\\""#, r#""\\\\""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\ud83dx\ude00""#, r#""\ufffdx\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\ud8"#, r#""\ud8"#),
            (r#""\"#, r#""\"#),
        ] {
            assert_eq!(rewritten(json), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_rewritten_and_rewriting_twice_changes_nothing(json in ".{0,60}") {
            let once = rewritten(&json);
            prop_assert_eq!(rewritten(&once), once.clone());
            let value: Result<Value, _> = serde_json::from_str(&json);
            if let Ok(value) = value {
                prop_assert_eq!(serde_json::from_str::<Value>(&once).unwrap(), value);
            }
        }

        #[test]
        fn every_integer_keeps_its_digits(number in any::<i128>()) {
            let value: Value = serde_json::from_str(&rewritten(&number.to_string())).unwrap();
            let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            prop_assert_eq!(digits, number.to_string());
        }
    }
}

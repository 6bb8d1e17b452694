use patchbay_domain::canonical_json::canonicalize_object;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Keeps an event far below its limit of one megabyte.
const MAX_BYTES: usize = 64 * 1024;

/// Metadata is nested in other objects, and JSON parsers fail at about a hundred levels.
const MAX_DEPTH: usize = 32;

/// Metadata of an issue: a JSON object in canonical form, with keys in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Metadata(String);

impl Metadata {
    /// The object in `json`, or an object with the title if `json` is empty.
    ///
    /// # Errors
    /// The problem, as a sentence.
    pub(crate) fn read(json: &[u8], title: &str) -> Result<Self, String> {
        if json.is_empty() {
            return Ok(Self(json!({ "title": title }).to_string()));
        }
        if json.len() > MAX_BYTES {
            return Err(format!("Ensure this field has no more than {MAX_BYTES} bytes."));
        }
        let canonical = canonicalize_object(json).map_err(|error| error.message)?;
        let text = String::from_utf8(canonical).map_err(|_| "Must be UTF-8.".to_owned())?;
        match depth(&text) {
            levels if levels > MAX_DEPTH => {
                Err(format!("Must not be nested deeper than {MAX_DEPTH} levels."))
            }
            _ => Ok(Self(text)),
        }
    }

    /// The inverse of [`Metadata::as_str`]; `None` if the text is not a JSON object.
    pub(crate) fn from_stored(text: String) -> Option<Self> {
        let is_object = text.starts_with('{') && serde_json::from_str::<&RawValue>(&text).is_ok();
        is_object.then_some(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the metadata describes an exception, not a message.
    pub(crate) fn names_an_exception(&self) -> bool {
        let value: Result<Value, _> = serde_json::from_str(&self.0);
        value.is_ok_and(|metadata| metadata["type"].is_string())
    }
}

/// The nesting depth of a JSON text.
pub(crate) fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels))
    }

    fn read(json: impl AsRef<[u8]>) -> Result<String, String> {
        Metadata::read(json.as_ref(), "the title").map(|metadata| metadata.0)
    }

    #[test]
    fn keys_keep_their_order_and_spaces_go() {
        assert_eq!(read(r#"{ "value": 1.0, "type": "é" }"#).as_deref(), Ok(r#"{"value":1,"type":"é"}"#));
        assert_eq!(read("").as_deref(), Ok(r#"{"title":"the title"}"#));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["null", "[]", "1", "{", "{\"a\":}", "\u{feff}{}", "{} {}", r#"{"a":"\ud800"}"#] {
            assert!(read(json).is_err(), "{json}");
        }
        assert!(read(b"{\"a\":\"\xff\"}").is_err());
        assert!(read(r#"{"a":12345678901234567890123}"#).is_ok(), "it is a float then");
        assert!(read(r#"{"a":9007199254740993}"#).is_err());
        assert!(read(r#"{"a":1e400}"#).is_err());
    }

    #[test]
    fn size_and_depth_are_bounded() {
        assert!(read(nested(MAX_DEPTH)).is_ok());
        for levels in [MAX_DEPTH + 1, 127, 128, 10_000] {
            assert!(read(nested(levels)).is_err(), "{levels}");
        }
        assert!(read("[".repeat(MAX_BYTES)).is_err());
        let padded = |size: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(size - 8));
        assert!(read(padded(MAX_BYTES)).is_ok());
        assert!(read(padded(MAX_BYTES + 1)).is_err());
    }

    #[test]
    fn brackets_inside_of_strings_do_not_nest() {
        let strings = format!(r#"{{"a":"{}","b":"\"{}"}}"#, "[".repeat(100), "{".repeat(100));
        assert!(read(strings).is_ok());
    }

    #[test]
    fn an_exception_has_a_type() {
        for (json, expected) in [(r#"{"type":"KeyError"}"#, true), (r#"{"type":1}"#, false), ("", false)] {
            assert_eq!(
                Metadata::read(json.as_bytes(), "t").unwrap().names_an_exception(),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn only_an_object_can_have_been_stored() {
        assert!(Metadata::from_stored(r#"{"a":1}"#.to_owned()).is_some());
        assert!(Metadata::from_stored("[1]".to_owned()).is_none());
        assert!(Metadata::from_stored("{".to_owned()).is_none());
    }
}

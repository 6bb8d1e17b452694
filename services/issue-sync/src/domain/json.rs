//! JSON objects in requests.

use patchbay_domain::{Error, Result};
use serde_json::Value;

use patchbay_provider::Object;

/// Reads an object; no bytes are the empty object.
pub(crate) fn object(bytes: &[u8], max: usize) -> Result<Object> {
    if bytes.is_empty() {
        return Ok(Object::new());
    }
    if bytes.len() > max {
        return Err(Error::too_large("BODY_TOO_LARGE", format!("The body is larger than {max} bytes.")));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(Error::invalid("INVALID_BODY", "Invalid JSON: an object is expected.")),
    }
}

/// A text of an object; numbers are taken as they are written. `None` if it is missing or blank.
pub(crate) fn text(object: &Object, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_objects_are_read() {
        assert!(object(b"", 10).unwrap().is_empty());
        assert_eq!(object(br#"{"a":1}"#, 10).unwrap().len(), 1);
        for wrong in ["[]", "null", "{", "1", "\u{0}"] {
            assert_eq!(object(wrong.as_bytes(), 10).unwrap_err().reason, "INVALID_BODY", "{wrong}");
        }
        assert_eq!(object(br#"{"a":"0123456789"}"#, 10).unwrap_err().reason, "BODY_TOO_LARGE");
    }

    #[test]
    fn numbers_are_texts_and_blank_texts_are_missing() {
        let read = |json: &str| text(&object(json.as_bytes(), 100).unwrap(), "a");
        assert_eq!(read(r#"{"a":12}"#).as_deref(), Some("12"));
        assert_eq!(read(r#"{"a":" x "}"#).as_deref(), Some("x"));
        for missing in [r#"{"a":" "}"#, r#"{"a":null}"#, r#"{"a":[]}"#, r#"{}"#] {
            assert_eq!(read(missing), None, "{missing}");
        }
    }
}

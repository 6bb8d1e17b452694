//! The grant code in the event `installation.created`.
//!
//! The code and the client secret together give the tokens of the installation. The code is therefore kept only as long as its webhook waits,
//! and apart from the data, which is stored and shown with [`MASK`] in its place.

use serde_json::Value;

use crate::canonical_json;

/// Stands for a code that is not kept.
pub const MASK: &str = "********";

/// A JSON text that has the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The data of the event.
    Data,
    /// The body of the webhook.
    Body,
}

impl Place {
    fn pointer(self) -> &'static str {
        match self {
            Self::Data => "/installation/code",
            Self::Body => "/data/installation/code",
        }
    }
}

/// Whether events of this type have a grant code.
pub fn is_in(resource: &str, action: &str) -> bool {
    resource == "installation" && action == "created"
}

/// Replaces the code by [`MASK`] and returns it as well; `None` if there is no code.
pub fn take(place: Place, canonical_json: &[u8]) -> Option<(Vec<u8>, String)> {
    let mut json: Value = serde_json::from_slice(canonical_json).ok()?;
    match json.pointer_mut(place.pointer())? {
        Value::String(code) if code != MASK => {
            let code = std::mem::replace(code, MASK.to_owned());
            Some((canonical_json::write(&json).ok()?, code))
        }
        _ => None,
    }
}

/// Reverses [`take`].
pub fn put_back(place: Place, masked_json: &[u8], code: &str) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(masked_json).ok()?;
    *json.pointer_mut(place.pointer())? = code.into();
    canonical_json::write(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical_json::canonicalize;

    #[test]
    fn a_code_is_taken_and_put_back_to_the_byte() {
        let data = r#"{"installation":{"status":"pending","organization":{"slug":"a","id":9007199254740991},"code":"f3c7","x":1e21}}"#;
        let odd_name = "\u{2028}\"code\":\"\u{1}\u{7f}/é";
        let name = serde_json::to_string(odd_name).unwrap();
        let body = format!(r#"{{"data":{data},"actor":{{"name":{name}}}}}"#);
        for (place, json) in [(Place::Data, data.to_owned()), (Place::Body, body)] {
            let json = canonicalize(json.as_bytes()).unwrap();
            let (masked, code) = take(place, &json).unwrap();
            assert_eq!(code, "f3c7");
            let shown = String::from_utf8(masked.clone()).unwrap();
            assert!(shown.contains(r#""code":"********""#) && !shown.contains("f3c7"), "{shown}");
            assert_eq!(put_back(place, &masked, &code).unwrap(), json);
            assert_eq!(take(place, &masked), None, "the mask is no code");
        }
    }

    #[test]
    fn json_without_a_code_is_left_alone() {
        for json in ["", "{}", r#"{"installation":{"code":null}}"#, r#"{"installation":1}"#] {
            assert_eq!(take(Place::Data, json.as_bytes()), None, "{json}");
        }
        assert!(is_in("installation", "created"));
        assert!(!is_in("installation", "deleted") && !is_in("issue", "created"));
    }
}

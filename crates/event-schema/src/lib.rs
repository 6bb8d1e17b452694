//! The JSON Schema of a custom event type: compiled once, checked for each event.
//!
//! A schema comes from the operator and the data from a product, so the cost of both is bounded: nothing is
//! fetched, and patterns are matched in linear time.

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, Validator};
use patchbay_domain::{Error, Result};
use serde_json::Value;

/// The longest schema, in bytes.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;
/// The longest error message, in characters.
const LONGEST_MESSAGE: usize = 300;

/// A compiled schema.
pub struct EventSchema(Validator);

impl EventSchema {
    /// Compiles a schema: draft 2020-12 unless it names another one.
    ///
    /// # Errors
    /// An error of the field `schema_json`: too long, not JSON, not a schema, or a reference to another
    /// document.
    pub fn compile(schema: &[u8]) -> Result<Self> {
        if schema.len() > MAX_SCHEMA_BYTES {
            return Err(problem("The schema exceeds 64 KiB."));
        }
        let document: Value = serde_json::from_slice(schema)
            .map_err(|error| problem(&format!("The schema is no JSON: {error}.")))?;
        if !document.is_object() && !document.is_boolean() {
            return Err(problem("A schema is an object."));
        }
        let validator = jsonschema::options()
            .with_draft(draft(&document))
            .with_pattern_options(PatternOptions::regex().size_limit(1024 * 1024))
            .with_retriever(Nothing)
            .build(&document)
            .map_err(|error| problem(&shortened(&format!("This is no usable schema: {error}"))))?;
        Ok(Self(validator))
    }

    /// Checks the data of an event against the schema.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION` with the location and the reason of the first difference; `INVALID_JSON`.
    pub fn check(&self, data: &[u8]) -> Result<()> {
        let data: Value = serde_json::from_slice(data)
            .map_err(|_| Error::invalid("INVALID_JSON", "The data are not JSON in UTF-8."))?;
        self.0.validate(&data).map_err(|error| {
            let place = match error.instance_path().to_string() {
                root if root.is_empty() => "The data".to_owned(),
                path => format!("{path} of the data"),
            };
            let message = format!("{place} does not satisfy the schema of its event type: {error}");
            Error::invalid("SCHEMA_VIOLATION", shortened(&message))
        })
    }
}

fn draft(document: &Value) -> Draft {
    Draft::default().detect(document)
}

/// Refuses to fetch any document.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> std::result::Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("{uri} is another document, and schemas stand alone").into())
    }
}

fn problem(message: &str) -> Error {
    Error::field("schema_json", message)
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

impl std::fmt::Debug for EventSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventSchema")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOY: &str = r#"{"type":"object","required":["version"],"properties":{
        "version":{"type":"string","pattern":"^v[0-9]+$"}}}"#;

    #[test]
    fn data_are_checked_and_the_place_of_a_mistake_is_named() {
        let schema = EventSchema::compile(DEPLOY.as_bytes()).unwrap();
        schema.check(br#"{"version":"v1","more":true}"#).unwrap();
        let refusal = schema.check(br#"{"version":"1"}"#).unwrap_err();
        assert_eq!(refusal.reason, "SCHEMA_VIOLATION");
        assert!(refusal.message.starts_with("/version of the data"), "{}", refusal.message);
        assert!(schema.check(b"{}").unwrap_err().message.contains("version"));
    }

    #[test]
    fn an_invalid_schema_is_refused() {
        let long = format!(r#"{{"title":"{}"}}"#, "x".repeat(MAX_SCHEMA_BYTES));
        for wrong in ["", "[]", "7", r#"{"type":"thing"}"#, r#"{"pattern":"("}"#, &long] {
            let refusal = EventSchema::compile(wrong.as_bytes()).unwrap_err();
            assert_eq!(refusal.fields[0].field, "schema_json", "{wrong:.40}");
        }
    }

    #[test]
    fn nothing_is_ever_fetched() {
        for uri in ["https://example.com/schema.json", "file:///etc/passwd", "other.json"] {
            let schema = format!(r#"{{"$ref":"{uri}"}}"#);
            let refusal = EventSchema::compile(schema.as_bytes()).unwrap_err();
            assert_eq!(refusal.fields[0].field, "schema_json", "{uri}");
        }
        let local = r##"{"$defs":{"name":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/name"}}}"##;
        let schema = EventSchema::compile(local.as_bytes()).unwrap();
        assert!(schema.check(br#"{"a":1}"#).is_err());
    }

    #[test]
    fn a_pattern_that_would_backtrack_for_ever_does_not() {
        let schema = EventSchema::compile(br#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#).unwrap();
        let data = format!(r#"{{"a":"{}!"}}"#, "a".repeat(100_000));
        assert!(schema.check(data.as_bytes()).is_err());
    }
}

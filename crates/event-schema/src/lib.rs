//! The JSON Schema of a custom event type: compiled once, checked for each event.
//!
//! A schema comes from the operator and the data from a product, so the cost of both is bounded: nothing is
//! fetched, patterns are matched in linear time, and a check that takes too much work is ended.

mod metered;

use jsonschema::{Draft, PatternOptions, Retrieve, Uri, Validator};
use metered::{Data, Metered, TooMuchWork, within};
use patchbay_domain::{Error, Result};
use serde_json::{Value, json};

/// The longest schema, in bytes.
pub const MAX_SCHEMA_BYTES: usize = 64 * 1024;
/// The longest error message, in characters.
const LONGEST_MESSAGE: usize = 300;

/// Work that any check may take, in accesses to the data: about a millisecond.
const WORK: u64 = 100_000;
/// Additional work for each byte of the data. A value has two bytes or more, and a dozen keywords may look at it.
const WORK_PER_BYTE: u64 = 20;

/// A compiled schema.
pub struct EventSchema(Validator<Metered>);

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
        let validator = jsonschema::options_for::<Metered>()
            .with_draft(draft(&document))
            .with_pattern_options(PatternOptions::regex().size_limit(1024 * 1024))
            .with_retriever(Nothing)
            .build(&document)
            .map_err(|error| problem(&shortened(&format!("This is no usable schema: {error}"))))?;
        Ok(Self(validator))
    }

    /// Checks that small data take little work.
    ///
    /// # Errors
    /// An error of the field `schema_json`: its nesting of `allOf`, `anyOf` and `$ref` multiplies the work.
    pub fn check_work(&self) -> Result<()> {
        let samples = [json!({}), json!([]), json!(""), json!(0), json!(true), json!(null)];
        let is_cheap = |sample: &Value| within(WORK / 2, || self.0.is_valid(Data(sample))).is_ok();
        if samples.iter().all(is_cheap) {
            return Ok(());
        }
        Err(problem(
            "The schema takes too much work to check. Nest fewer allOf, anyOf and $ref in each other.",
        ))
    }

    /// Checks the data of an event against the schema.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION` with the location and the reason of the first difference; `SCHEMA_TOO_COSTLY` if the check takes too much
    /// work for data of this size; `INVALID_JSON`.
    pub fn check(&self, data: &[u8]) -> Result<()> {
        let work = WORK + WORK_PER_BYTE * data.len() as u64;
        let data: Value = serde_json::from_slice(data)
            .map_err(|_| Error::invalid("INVALID_JSON", "The data are not JSON in UTF-8."))?;
        // The validator remembers what it has checked here, but not where it looks for the first difference.
        match within(work, || self.0.is_valid(Data(&data))) {
            Ok(true) => Ok(()),
            Ok(false) => Err(within(work, || self.difference(&data))
                .unwrap_or_else(|TooMuchWork| violation("The data", "…"))),
            Err(TooMuchWork) => {
                let message =
                    "Checking these data against the schema of their event type takes too much work.";
                Err(Error::invalid("SCHEMA_TOO_COSTLY", message))
            }
        }
    }

    /// The first difference from the schema.
    fn difference(&self, data: &Value) -> Error {
        match self.0.validate(Data(data)) {
            Ok(()) => violation("The data", "…"),
            Err(error) => match error.instance_path().to_string() {
                root if root.is_empty() => violation("The data", &error.to_string()),
                path => violation(&format!("{path} of the data"), &error.to_string()),
            },
        }
    }
}

fn violation(place: &str, difference: &str) -> Error {
    let message = format!("{place} does not satisfy the schema of its event type: {difference}");
    Error::invalid("SCHEMA_VIOLATION", shortened(&message))
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

    /// `depth` definitions, each of which refers to the next one twice.
    fn doubling(applicator: &str, depth: usize, leaf: &str) -> String {
        let twice = |next: usize| {
            format!(r##"{{"{applicator}":[{{"$ref":"#/$defs/d{next}"}},{{"$ref":"#/$defs/d{next}"}}]}}"##)
        };
        let definitions: Vec<_> = (0..depth).map(|n| format!(r#""d{n}":{}"#, twice(n + 1))).collect();
        format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d{depth}":{leaf}}}}}"##, definitions.join(","))
    }

    #[test]
    fn nesting_that_multiplies_the_work_is_refused_when_the_type_is_added_and_ended_when_an_event_comes() {
        let leaves = [r#"{"type":"object"}"#, r#"{"type":"string"}"#, r#"{"required":["a"]}"#];
        for (applicator, leaf) in
            ["allOf", "anyOf", "oneOf"].into_iter().flat_map(|a| leaves.map(|leaf| (a, leaf)))
        {
            let schema = EventSchema::compile(doubling(applicator, 60, leaf).as_bytes()).unwrap();
            let started = schema.check_work();
            let checked = schema.check(br#"{"b":{"b":[1,2,3]}}"#);
            // Where the first leaf decides, the work does not multiply for this data. Other data is probed, too.
            if let Err(refusal) = &started {
                assert_eq!(refusal.fields[0].field, "schema_json", "{applicator} {leaf}");
            }
            if let Err(refusal) = checked {
                assert!(
                    ["SCHEMA_TOO_COSTLY", "SCHEMA_VIOLATION"].contains(&refusal.reason.as_ref()),
                    "{refusal:?}"
                );
            }
        }
        let schema = EventSchema::compile(doubling("allOf", 60, r#"{"type":"object"}"#).as_bytes()).unwrap();
        assert_eq!(schema.check_work().unwrap_err().fields[0].field, "schema_json");
        assert_eq!(schema.check(b"{}").unwrap_err().reason, "SCHEMA_TOO_COSTLY");
    }

    #[test]
    fn work_that_grows_with_the_depth_of_the_data_is_ended() {
        let each = r##"{"additionalProperties":{"$ref":"#"}}"##;
        let schema =
            EventSchema::compile(format!(r#"{{"allOf":[{each},{each},{{"type":"object"}}]}}"#).as_bytes())
                .unwrap();
        schema.check_work().unwrap();
        let data = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        let refusal = schema.check(data.as_bytes()).unwrap_err();
        assert!(["SCHEMA_TOO_COSTLY", "SCHEMA_VIOLATION"].contains(&refusal.reason.as_ref()), "{refusal:?}");
    }

    #[test]
    fn a_schema_that_refers_to_itself_does_not_exhaust_the_stack() {
        for schema in [
            r##"{"$ref":"#"}"##,
            r##"{"allOf":[{"$ref":"#"}]}"##,
            r##"{"anyOf":[{"$ref":"#"},{"type":"array"}]}"##,
        ] {
            if let Ok(schema) = EventSchema::compile(schema.as_bytes()) {
                drop((schema.check_work(), schema.check(br#"{"a":{}}"#)));
            }
        }
    }

    #[test]
    fn a_long_chain_of_references_does_not_exhaust_the_stack() {
        let definitions: Vec<_> =
            (0..1500).map(|n| format!(r##""d{n}":{{"$ref":"#/$defs/d{}"}}"##, n + 1)).collect();
        let schema =
            format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{},"d1500":true}}}}"##, definitions.join(","));
        if let Ok(schema) = EventSchema::compile(schema.as_bytes()) {
            drop((schema.check_work(), schema.check(b"{}")));
        }
    }

    #[test]
    fn the_largest_data_satisfy_an_ordinary_schema() {
        let item = r#"{"type":"object","required":["id"],"properties":{"id":{"type":"integer","minimum":0},"tags":{"type":"array","uniqueItems":true,"items":{"enum":["a","b"]}},"kind":{"oneOf":[{"const":"x"},{"const":"y"}]}},"additionalProperties":false}"#;
        let schema =
            EventSchema::compile(format!(r#"{{"properties":{{"items":{{"items":{item}}}}}}}"#).as_bytes())
                .unwrap();
        schema.check_work().unwrap();
        let items = vec![r#"{"id":7,"tags":["a","b"],"kind":"y"}"#; 28_000].join(",");
        let dense = format!(r#"{{"other":[{}]}}"#, vec!["1"; 500_000].join(","));
        for data in [format!(r#"{{"items":[{items}]}}"#), dense] {
            assert!(data.len() > 1_000_000 && data.len() <= 1024 * 1024);
            schema.check(data.as_bytes()).unwrap();
        }
    }
}

//! Compares answers with the published description of the API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::operation::Operation;
use crate::server::Answer;

/// The OpenAPI document.
pub(crate) struct Description {
    pub(crate) document: Value,
    /// By operation and status.
    validators: Mutex<HashMap<(String, u16), Arc<Validator>>>,
}

impl Description {
    pub(crate) fn new(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        Operation::read_all(&self.document)
    }

    /// # Panics
    /// When the description of the operation does not promise such an answer.
    #[track_caller]
    pub(crate) fn check(&self, operation: &Operation, answer: &Answer) {
        if let Err(problem) = self.compare(operation, answer) {
            panic!("{}: {problem}: {answer:?}", operation.id);
        }
    }

    /// # Errors
    /// The difference between the answer and its description.
    pub(crate) fn compare(&self, operation: &Operation, answer: &Answer) -> Result<(), String> {
        let method = operation.method.to_ascii_lowercase();
        let responses = &self.document["paths"][&operation.path][&method]["responses"];
        let described = self.resolve(&responses[answer.status.to_string()]);
        if described.is_null() {
            return Err("the status is not described".to_owned());
        }
        let content = described["content"].as_object();
        // Some refusals say nothing, and those that are described without a content may say why.
        let may_differ = if answer.status >= 400 {
            answer.body.is_empty() || content.is_none()
        } else {
            answer.body.is_empty() && content.is_none()
        };
        if may_differ {
            return Ok(());
        }
        let media_type = answer.content_type.split(';').next().unwrap_or_default();
        let schema = content.and_then(|content| content.get(media_type));
        let schema = schema.ok_or_else(|| format!("{media_type:?} is not described"))?;
        let Some(schema) = schema.get("schema") else { return Ok(()) };
        let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        let validator = self.validator(operation, answer.status, schema);
        validator.validate(&body).map_err(|error| format!("{} {error}", error.instance_path()))
    }

    fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.map_or(value, |pointer| self.document.pointer(pointer).unwrap())
    }

    fn validator(&self, operation: &Operation, status: u16, schema: &Value) -> Arc<Validator> {
        let build = || {
            let mut schema = schema.clone();
            // A named shape has to describe every key.
            let shape = if schema.get("items").is_some() { &mut schema["items"] } else { &mut schema };
            if shape.get("$ref").is_some() {
                shape["unevaluatedProperties"] = json!(false);
            }
            schema["components"] = self.document["components"].clone();
            Arc::new(jsonschema::draft202012::new(&schema).unwrap())
        };
        let key = (operation.id.clone(), status);
        self.validators.lock().unwrap().entry(key).or_insert_with(build).clone()
    }
}

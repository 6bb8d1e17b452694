//! Choices in a form that depends on them: parameters of the query.

use serde_json::{Map, Value};

use crate::api::query::Query;

/// The parameters but `action` as a JSON object.
pub(crate) fn chosen(query: &Query) -> Vec<u8> {
    let names = query.names().filter(|name| *name != "action");
    let object: Map<String, Value> =
        names.map(|name| (name.to_owned(), query.get(name).unwrap_or_default().into())).collect();
    Value::Object(object).to_string().into_bytes()
}

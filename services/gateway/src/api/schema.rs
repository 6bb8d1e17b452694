//! A key of a body or of a query, as the API's description tells it.

use serde_json::{Map, Value, json};

/// One key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) kind: Kind,
}

/// What may stand under a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    NullableText,
    Choice(&'static [&'static str]),
    Flag,
    Integer,
    /// A list of texts; null is an empty one.
    Texts,
    Integers,
    /// A list of objects with these keys.
    Objects(&'static [Field]),
    Object,
    Anything,
    /// These keys, at the same level.
    Group(&'static [Field]),
}

/// A key that has to be there.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, is_required: true, kind }
}

/// A key that may be left out.
pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, is_required: false, kind }
}

impl Field {
    pub(crate) fn schema(self) -> Value {
        match self.kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::NullableText => json!({ "type": ["string", "null"] }),
            Kind::Choice(names) => json!({ "enum": names }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Integer => json!({ "type": "integer" }),
            Kind::Texts => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
            Kind::Integers => json!({ "type": "array", "items": { "type": "integer" } }),
            Kind::Objects(fields) => json!({ "type": "array", "items": object(fields) }),
            Kind::Object | Kind::Group(_) => json!({ "type": "object" }),
            Kind::Anything => json!({}),
        }
    }
}

/// These keys, with those of groups in place of the groups.
pub(crate) fn flat(fields: &[Field]) -> Vec<Field> {
    let keys = fields.iter().flat_map(|field| match field.kind {
        Kind::Group(keys) => flat(keys),
        _ => vec![*field],
    });
    keys.collect()
}

/// The body of a request with these keys. Others are ignored, or refused except for the `ignored` ones.
pub(crate) fn body(fields: &[Field], ignored: Option<&[&str]>) -> Value {
    let mut schema = object(fields);
    if let Some(ignored) = ignored {
        for name in ignored {
            schema["properties"][name] = json!({ "readOnly": true });
        }
        schema["additionalProperties"] = false.into();
    }
    schema
}

/// An object with these keys; others are ignored.
pub(crate) fn object(fields: &[Field]) -> Value {
    let fields = flat(fields);
    let properties: Map<_, _> = fields.iter().map(|field| (field.name.to_owned(), field.schema())).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_names_its_keys_and_those_it_needs() {
        const QUESTION: &[Field] =
            &[required("question", Kind::Text), optional("answer", Kind::NullableText)];
        let schema = object(&[required("questionnaire", Kind::Objects(QUESTION))]);
        assert_eq!(schema["required"], json!(["questionnaire"]));
        let item = &schema["properties"]["questionnaire"]["items"];
        assert_eq!(item["required"], json!(["question"]));
        assert_eq!(item["properties"]["answer"], json!({ "type": ["string", "null"] }));
    }
}

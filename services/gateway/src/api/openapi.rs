//! The OpenAPI 3.1 document, written from the table of operations.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::api::operation::{Answer, Content, Group, Operation};
use crate::api::schema::Field;
use patchbay_edge::credentials::SESSION_COOKIE;

/// Refusals that every operation below `/api/` shares.
const ALWAYS: [u16; 8] = [400, 401, 403, 404, 429, 500, 503, 504];
/// Additional refusals of operations that read a body.
const WITH_BODY: [u16; 2] = [413, 415];

/// The whole description.
pub(crate) fn document(groups: &[Group]) -> Value {
    let mut paths = Map::new();
    let mut schemas = BTreeMap::new();
    for group in groups {
        for operation in &group.operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            path[operation.method.as_str().to_ascii_lowercase()] = describe(operation, group.name);
            schemas.extend(operation.schemas.iter().cloned());
        }
    }
    let tags: Vec<_> =
        groups.iter().map(|group| json!({ "name": group.name, "description": group.about })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Patchbay",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Sentry's integration platform API. Every path may be called without the slash at its end.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": { "Refusal": refusal(), "Problems": problems() },
            "headers": { "RetryAfter": { "description": "Seconds to wait.", "schema": { "type": "integer" } } },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A personal token of a user, or a token of an app. The scopes named are alternatives.",
                },
                "session": { "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE },
            },
        },
    })
}

fn describe(operation: &Operation, tag: &str) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [tag],
        "summary": operation.summary,
        "description": operation.access.text(),
        "parameters": parameters(operation),
        "responses": responses(operation),
        "security": security(operation),
        "x-access": operation.access.json(),
    });
    if let Some(schema) = &operation.body {
        described["requestBody"] = json!({
            "required": schema["required"].as_array().is_some_and(|required| !required.is_empty()),
            "content": { "application/json": { "schema": schema } },
        });
    }
    described
}

/// Alternatives: a request needs to meet one of them.
fn security(operation: &Operation) -> Value {
    let access = operation.access;
    if !access.asks_who() {
        // Credentials are optional: the empty alternative admits requests without them.
        return json!([{}]);
    }
    let mut alternatives = vec![json!({ "session": [] })];
    if access.takes_tokens() {
        let by_scope = access.scopes().iter().map(|scope| json!({ "token": [scope.as_str()] }));
        alternatives.extend(by_scope);
        if access.scopes().is_empty() {
            alternatives.push(json!({ "token": [] }));
        }
    }
    json!(alternatives)
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
    });
    let in_query = |field: &Field| json!({ "name": field.name, "in": "query", "required": field.is_required, "schema": field.schema() });
    let of_page = json!([
        { "name": "per_page", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 100 } },
        {
            "name": "cursor",
            "in": "query",
            "description": "From the `Link` header of another page.",
            "schema": { "type": "string" },
        },
    ]);
    let of_page = of_page.as_array().filter(|_| operation.is_paged).cloned().unwrap_or_default();
    in_path.chain(operation.query.iter().map(in_query)).chain(of_page).collect()
}

fn responses(operation: &Operation) -> Value {
    let mut responses = BTreeMap::new();
    let is_api = operation.path.starts_with("/api/") || operation.access.asks_who();
    let shared =
        ALWAYS.iter().filter(|_| is_api).chain(WITH_BODY.iter().filter(|_| operation.body.is_some()));
    // Operations without authentication are rate limited by address, also outside of `/api/`.
    // Those that act refuse unknown parameters of the query.
    let acts = !operation.method.is_safe();
    let more = [(400, acts), (429, !operation.is_unlimited)];
    let more = more.iter().filter(|(_, applies)| *applies).map(|(status, _)| status);
    for status in shared.chain(more) {
        responses.insert(status.to_string(), refused_with(*status));
    }
    for answer in &operation.answers {
        let written = match &answer.content {
            Content::Refusal => refused_with(answer.status),
            Content::RefusalPage => refused_with_page(answer.status),
            content => answered(answer, content, operation.is_paged),
        };
        responses.insert(answer.status.to_string(), written);
    }
    json!(responses)
}

fn answered(answer: &Answer, content: &Content, is_paged: bool) -> Value {
    let mut written = json!({ "description": reason_phrase(answer.status) });
    match content {
        Content::Json(schema) => written["content"] = json!({ "application/json": { "schema": schema } }),
        Content::Other(media_type) => written["content"] = json!({ *media_type: {} }),
        Content::Nothing | Content::Refusal | Content::RefusalPage => {}
    }
    if is_paged {
        let link =
            "The pages before and behind: `<url>; rel=\"next\"; results=\"true\"; cursor=\"100:1:0\"`.";
        written["headers"] = json!({ "Link": { "description": link, "schema": { "type": "string" } } });
    }
    written
}

fn refused_with(status: u16) -> Value {
    let shape = if status == 400 { "Problems" } else { "Refusal" };
    match status {
        429 | 503 => json!({
            "description": reason_phrase(status),
            "headers": { "Retry-After": { "$ref": "#/components/headers/RetryAfter" } },
            "content": refusal()["content"],
        }),
        _ => json!({ "$ref": format!("#/components/responses/{shape}") }),
    }
}

/// As [`refused_with`], with its shape written out beside the page.
fn refused_with_page(status: u16) -> Value {
    let mut content = if status == 400 { problems() } else { refusal() }["content"].clone();
    content["text/html"] = json!({});
    json!({ "description": reason_phrase(status), "content": content })
}

/// Most refusals say why in `detail`; a few in a list or a bare text, and some are empty.
fn refusal() -> Value {
    let schema = json!({
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "detail": { "type": ["string", "array"], "items": { "type": "string" } },
                    "context": { "type": "object" },
                },
            },
            { "type": "string" },
        ],
    });
    json!({ "description": "Refused.", "content": { "application/json": { "schema": schema } } })
}

/// Problems by field, or in `detail`.
fn problems() -> Value {
    let schema = json!({
        "type": "object",
        "additionalProperties": { "type": ["string", "array", "object"], "items": { "type": "string" } },
    });
    json!({ "description": "Invalid request.", "content": { "application/json": { "schema": schema } } })
}

fn reason_phrase(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Answered")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::routes::groups;

    #[test]
    fn every_operation_has_an_id_of_its_own_and_says_what_it_does() {
        let mut ids = BTreeMap::new();
        for operation in groups().iter().flat_map(|group| &group.operations) {
            assert!(ids.insert(operation.id, operation.path).is_none(), "{} stands twice", operation.id);
            assert!(!operation.summary.is_empty(), "{}", operation.id);
            let succeeds = operation.answers.iter().any(|answer| (200..400).contains(&answer.status));
            assert!(succeeds, "{} never succeeds", operation.id);
        }
    }

    #[test]
    fn no_two_shapes_share_a_name() {
        let mut known: HashMap<String, Value> = HashMap::new();
        for operation in groups().into_iter().flat_map(|group| group.operations) {
            for (name, schema) in operation.schemas {
                let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*before, schema, "{name}");
            }
        }
    }

    #[test]
    fn every_shape_that_is_named_is_described() {
        let document = document(&groups());
        let text = document.to_string();
        let named = text.split("\"#/").skip(1).filter_map(|rest| rest.split('"').next());
        for pointer in named {
            assert!(document.pointer(&format!("/{pointer}")).is_some(), "{pointer}");
        }
    }
}

//! Custom event types: those that the operator adds to the built-in ones.

use patchbay_domain::event::{CATALOGUE, Reach};
use patchbay_domain::{Error, Scope};
use patchbay_event_schema::EventSchema;

use crate::domain::problems::Problems;

const MAX_NAME: usize = 64;
/// Every process that publishes keeps all compiled schemas in memory.
pub(crate) const MAX_TYPES: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomEventType {
    pub(crate) resource: String,
    pub(crate) action: String,
    /// The scope that an app needs to receive the event.
    pub(crate) scope: Scope,
    pub(crate) schema_json: Option<String>,
}

impl CustomEventType {
    /// `deploy.finished`
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.resource, self.action)
    }
}

/// An unchecked request to add or change a type.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomEventTypeRequest {
    pub(crate) resource: String,
    pub(crate) action: String,
    pub(crate) scope: String,
    pub(crate) schema_json: String,
}

/// Checks a request against the existing types.
pub(crate) fn check(
    request: CustomEventTypeRequest,
    known: &[CustomEventType],
) -> Result<CustomEventType, Error> {
    let mut problems = Problems::default();
    for (field, name) in [("resource", &request.resource), ("action", &request.action)] {
        if !is_name(name) {
            problems.add(
                field,
                "Lower-case letters, digits and underscores, at most 64, the first one a letter.",
            );
        }
    }
    if CATALOGUE.iter().any(|event| event.resource == request.resource) {
        problems.add("resource", "This resource belongs to the built-in event types.");
    }
    let scope = request.scope.parse::<Scope>().ok();
    if scope.is_none() {
        problems.add("scope", "This is not a scope.");
    }
    // A subscription to a resource needs one scope, so all its events have to share it.
    let sibling = known.iter().find(|own| own.resource == request.resource && own.action != request.action);
    if let (Some(sibling), Some(scope)) = (sibling, scope)
        && sibling.scope != scope
    {
        problems.add(
            "scope",
            format!("{} needs {}, and so do all events of its resource.", sibling.name(), sibling.scope),
        );
    }
    let schema_json = Some(request.schema_json).filter(|schema| !schema.is_empty());
    if let Some(schema) = &schema_json
        && let Err(error) = EventSchema::compile(schema.as_bytes()).and_then(|schema| schema.check_work())
    {
        for violation in &error.fields {
            violation.messages.iter().for_each(|message| problems.add("schema_json", message));
        }
    }
    problems.finish()?;
    let is_new = known.iter().all(|own| (&own.resource, &own.action) != (&request.resource, &request.action));
    if is_new && known.len() >= MAX_TYPES {
        return Err(Error::conflict("TOO_MANY_EVENT_TYPES", "There are 500 event types already."));
    }
    let scope = scope.ok_or_else(|| Error::field("scope", "This is not a scope."))?;
    Ok(CustomEventType { resource: request.resource, action: request.action, scope, schema_json })
}

fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The built-in types, with the scope that they need; `None` for types without subscribers.
pub(crate) fn built_in() -> impl Iterator<Item = (&'static str, &'static str, Option<Scope>)> {
    CATALOGUE.iter().map(|event| {
        let scope = match event.reach {
            Reach::Subscribers(scope) => Some(scope),
            Reach::Named => None,
        };
        (event.resource, event.action, scope)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deploy() -> CustomEventTypeRequest {
        CustomEventTypeRequest {
            resource: "deploy".into(),
            action: "finished".into(),
            scope: "project:read".into(),
            schema_json: r#"{"type":"object"}"#.into(),
        }
    }

    #[test]
    fn an_invalid_type_is_refused_with_its_field() {
        check(deploy(), &[]).unwrap();
        let cases = [
            (CustomEventTypeRequest { resource: String::new(), ..deploy() }, "resource"),
            (CustomEventTypeRequest { resource: "De ploy".into(), ..deploy() }, "resource"),
            (CustomEventTypeRequest { resource: "issue".into(), ..deploy() }, "resource"),
            (CustomEventTypeRequest { action: "a.b".into(), ..deploy() }, "action"),
            (CustomEventTypeRequest { action: "x".repeat(65), ..deploy() }, "action"),
            (CustomEventTypeRequest { scope: "deploy:read".into(), ..deploy() }, "scope"),
            (CustomEventTypeRequest { schema_json: "{".into(), ..deploy() }, "schema_json"),
        ];
        for (request, field) in cases {
            let shown = format!("{request:?}");
            assert_eq!(check(request, &[]).expect_err(&shown).fields[0].field, field, "{shown}");
        }
    }

    #[test]
    fn all_types_of_a_resource_need_the_same_scope() {
        let known = [check(deploy(), &[]).unwrap()];
        let other =
            |scope: &str| CustomEventTypeRequest { action: "began".into(), scope: scope.into(), ..deploy() };
        check(other("project:read"), &known).unwrap();
        assert_eq!(check(other("org:read"), &known).unwrap_err().fields[0].field, "scope");
        let alone = CustomEventTypeRequest { scope: "org:read".into(), ..deploy() };
        check(alone, &known).expect("the only one may change");
    }

    #[test]
    fn the_number_of_types_is_bounded() {
        let one = check(deploy(), &[]).unwrap();
        let known: Vec<_> = (0..MAX_TYPES)
            .map(|number| CustomEventType { action: format!("a{number}"), ..one.clone() })
            .collect();
        assert_eq!(check(deploy(), &known).unwrap_err().reason, "TOO_MANY_EVENT_TYPES");
        let changed = CustomEventTypeRequest { action: "a7".into(), ..deploy() };
        check(changed, &known).expect("a change adds none");
    }
}

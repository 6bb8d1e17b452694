//! Event types that the operator adds to the built-in ones.

use patchbay_domain::event::{CATALOGUE, Reach};
use patchbay_domain::{Error, Scope};
use patchbay_event_schema::EventSchema;

use super::problems::Problems;

const LONGEST_NAME: usize = 64;
/// Every process that publishes holds all of them, compiled.
pub(crate) const MOST: usize = 500;

/// A type of the operator's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnEventType {
    pub(crate) resource: String,
    pub(crate) action: String,
    /// What an app needs to be sent it.
    pub(crate) scope: Scope,
    pub(crate) schema_json: Option<String>,
}

impl OwnEventType {
    /// `deploy.finished`
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.resource, self.action)
    }
}

/// A type as somebody asks for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnEventTypeRequest {
    pub(crate) resource: String,
    pub(crate) action: String,
    pub(crate) scope: String,
    pub(crate) schema_json: String,
}

/// Checks every rule against the types that are there.
pub(crate) fn check(request: OwnEventTypeRequest, known: &[OwnEventType]) -> Result<OwnEventType, Error> {
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
    // Who subscribes to a resource names one scope, not one for each event.
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
        && let Err(error) = EventSchema::compile(schema.as_bytes())
    {
        for violation in &error.fields {
            violation.messages.iter().for_each(|message| problems.add("schema_json", message));
        }
    }
    problems.finish()?;
    let is_new = known.iter().all(|own| (&own.resource, &own.action) != (&request.resource, &request.action));
    if is_new && known.len() >= MOST {
        return Err(Error::conflict("TOO_MANY_EVENT_TYPES", "There are 500 event types already."));
    }
    let scope = scope.ok_or_else(|| Error::field("scope", "This is not a scope."))?;
    Ok(OwnEventType { resource: request.resource, action: request.action, scope, schema_json })
}

fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The built-in types, with the scope that they need; `None` for those that nobody can subscribe to.
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

    fn deploy() -> OwnEventTypeRequest {
        OwnEventTypeRequest {
            resource: "deploy".into(),
            action: "finished".into(),
            scope: "project:read".into(),
            schema_json: r#"{"type":"object"}"#.into(),
        }
    }

    #[test]
    fn what_cannot_be_a_type_is_refused_by_its_field() {
        check(deploy(), &[]).unwrap();
        let cases = [
            (OwnEventTypeRequest { resource: String::new(), ..deploy() }, "resource"),
            (OwnEventTypeRequest { resource: "De ploy".into(), ..deploy() }, "resource"),
            (OwnEventTypeRequest { resource: "issue".into(), ..deploy() }, "resource"),
            (OwnEventTypeRequest { action: "a.b".into(), ..deploy() }, "action"),
            (OwnEventTypeRequest { action: "x".repeat(65), ..deploy() }, "action"),
            (OwnEventTypeRequest { scope: "deploy:read".into(), ..deploy() }, "scope"),
            (OwnEventTypeRequest { schema_json: "{".into(), ..deploy() }, "schema_json"),
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
            |scope: &str| OwnEventTypeRequest { action: "began".into(), scope: scope.into(), ..deploy() };
        check(other("project:read"), &known).unwrap();
        assert_eq!(check(other("org:read"), &known).unwrap_err().fields[0].field, "scope");
        let alone = OwnEventTypeRequest { scope: "org:read".into(), ..deploy() };
        check(alone, &known).expect("the only one may change");
    }

    #[test]
    fn there_is_a_bound() {
        let one = check(deploy(), &[]).unwrap();
        let known: Vec<_> =
            (0..MOST).map(|number| OwnEventType { action: format!("a{number}"), ..one.clone() }).collect();
        assert_eq!(check(deploy(), &known).unwrap_err().reason, "TOO_MANY_EVENT_TYPES");
        let changed = OwnEventTypeRequest { action: "a7".into(), ..deploy() };
        check(changed, &known).expect("a change adds none");
    }
}

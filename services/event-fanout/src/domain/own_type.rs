//! Event types that the operator has added to the built-in ones.

use std::collections::HashMap;
use std::sync::Arc;

use patchbay_domain::{Error, Result, Scope};
use patchbay_event_schema::EventSchema;
use patchbay_proto::installation as proto;

use super::kind::Kind;

/// A type that the operator has added.
#[derive(Debug)]
pub(crate) struct OwnType {
    /// `deploy.finished`
    pub(crate) name: String,
    /// How much of the name is the resource.
    resource_length: usize,
    /// What an app needs to be sent it; without one nobody is.
    pub(crate) scope: Option<Scope>,
    schema: Option<EventSchema>,
}

impl OwnType {
    /// Fails for a schema that cannot be compiled: the catalogue has checked it, so that is a difference of versions.
    pub(crate) fn read(message: &proto::EventType) -> Result<Self> {
        let schema = match message.schema_json.as_str() {
            "" => None,
            schema => Some(EventSchema::compile(schema.as_bytes())?),
        };
        Ok(Self {
            scope: message.scope.parse().ok(),
            schema,
            ..Self::nameless(&message.resource, &message.action)
        })
    }

    /// A type that is not in the catalogue any more: nobody gets it.
    pub(crate) fn nameless(resource: &str, action: &str) -> Self {
        let name = format!("{resource}.{action}");
        Self { name, resource_length: resource.len(), scope: None, schema: None }
    }

    pub(crate) fn resource(&self) -> &str {
        &self.name[..self.resource_length]
    }

    pub(crate) fn action(&self) -> &str {
        &self.name[self.resource_length + 1..]
    }

    /// Fails with `SCHEMA_VIOLATION`.
    pub(crate) fn check(&self, data: &[u8]) -> Result<()> {
        self.schema.as_ref().map_or(Ok(()), |schema| schema.check(data))
    }
}

/// All types of the operator's own, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnTypes(HashMap<String, Arc<OwnType>>);

impl OwnTypes {
    pub(crate) fn put(&mut self, own: OwnType) {
        self.0.insert(own.name.clone(), Arc::new(own));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// A built-in type or one of the operator's own.
    pub(crate) fn find(&self, resource: &str, action: &str) -> Result<Kind> {
        let own = || self.0.get(&format!("{resource}.{action}")).map(|own| Kind::Own(own.clone()));
        Kind::built_in(resource, action).or_else(own).ok_or_else(|| {
            let message = format!("{resource:.64}.{action:.64} is not an event type.");
            Error::invalid("UNKNOWN_EVENT_TYPE", message)
        })
    }

    /// The same for an event that was accepted, whose type may have been removed since.
    pub(crate) fn find_accepted(&self, resource: &str, action: &str) -> Kind {
        self.find(resource, action)
            .unwrap_or_else(|_| Kind::Own(Arc::new(OwnType::nameless(resource, action))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(schema: &str) -> proto::EventType {
        proto::EventType {
            resource: "deploy".into(),
            action: "finished".into(),
            scope: "project:read".into(),
            schema_json: schema.into(),
            built_in: false,
        }
    }

    #[test]
    fn own_types_stand_beside_the_built_in_ones_until_they_are_removed() {
        let mut types = OwnTypes::default();
        types.put(OwnType::read(&message("")).unwrap());
        let found = types.find("deploy", "finished").unwrap();
        assert_eq!(
            (found.resource(), found.action(), found.name().as_str()),
            ("deploy", "finished", "deploy.finished")
        );
        assert!(types.find("issue", "created").is_ok());
        assert_eq!(types.find("deploy", "began").unwrap_err().reason, "UNKNOWN_EVENT_TYPE");
        types.remove("deploy.finished");
        assert_eq!(types.find("deploy", "finished").unwrap_err().reason, "UNKNOWN_EVENT_TYPE");
        assert_eq!(types.find_accepted("deploy", "finished"), found, "events of it keep their name");
    }

    #[test]
    fn data_have_to_satisfy_the_schema() {
        let own = OwnType::read(&message(r#"{"required":["version"]}"#)).unwrap();
        own.check(br#"{"version":1}"#).unwrap();
        assert_eq!(own.check(b"{}").unwrap_err().reason, "SCHEMA_VIOLATION");
        assert!(OwnType::read(&message("{")).is_err());
    }
}

use patchbay_domain::{Result, Scope};
use patchbay_event_schema::EventSchema;

/// An event type that the operator added to the built-in ones.
#[derive(Debug)]
pub(crate) struct CustomType {
    /// `deploy.finished`
    pub(crate) name: String,
    /// The length of the resource in the name.
    resource_length: usize,
    /// The scope that apps need to subscribe. Without one the type has no receivers.
    pub(crate) scope: Option<Scope>,
    schema: Option<EventSchema>,
}

impl CustomType {
    /// # Errors
    /// The schema does not compile. The installation service has checked it, so the two services differ in version.
    pub(crate) fn new(resource: &str, action: &str, scope: &str, schema: &str) -> Result<Self> {
        let schema = match schema {
            "" => None,
            schema => Some(EventSchema::compile(schema.as_bytes())?),
        };
        Ok(Self { scope: scope.parse().ok(), schema, ..Self::removed(resource, action) })
    }

    /// A type that the operator removed. It has no receivers.
    pub(crate) fn removed(resource: &str, action: &str) -> Self {
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

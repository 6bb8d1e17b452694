use std::collections::HashMap;
use std::sync::Arc;

use patchbay_domain::{Error, Result};

use super::custom_type::CustomType;
use super::kind::Kind;

/// All custom event types by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct CustomTypes(HashMap<String, Arc<CustomType>>);

impl CustomTypes {
    pub(crate) fn put(&mut self, custom: CustomType) {
        self.0.insert(custom.name.clone(), Arc::new(custom));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Finds a built-in or custom event type.
    pub(crate) fn find(&self, resource: &str, action: &str) -> Result<Kind> {
        let custom =
            || self.0.get(&format!("{resource}.{action}")).map(|custom| Kind::Custom(custom.clone()));
        Kind::built_in(resource, action).or_else(custom).ok_or_else(|| {
            let message = format!("{resource:.64}.{action:.64} is not an event type.");
            Error::invalid("UNKNOWN_EVENT_TYPE", message)
        })
    }

    /// Finds the type of an accepted event, which may have been removed since.
    pub(crate) fn find_accepted(&self, resource: &str, action: &str) -> Kind {
        self.find(resource, action)
            .unwrap_or_else(|_| Kind::Custom(Arc::new(CustomType::removed(resource, action))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deploy_finished(schema: &str) -> Result<CustomType> {
        CustomType::new("deploy", "finished", "project:read", schema)
    }

    #[test]
    fn custom_types_are_found_like_built_in_ones_until_they_are_removed() {
        let mut types = CustomTypes::default();
        types.put(deploy_finished("").unwrap());
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
        let custom = deploy_finished(r#"{"required":["version"]}"#).unwrap();
        custom.check(br#"{"version":1}"#).unwrap();
        assert_eq!(custom.check(b"{}").unwrap_err().reason, "SCHEMA_VIOLATION");
        assert!(deploy_finished("{").is_err());
    }
}

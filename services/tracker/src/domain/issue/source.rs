use patchbay_domain::{Caller, Error, Result};
use serde_json::{Map, Value, json};

const MAX_TEXT: usize = 64;

/// The integration whose tracker caused a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IntegrationSource {
    pub(crate) integration_id: i64,
    pub(crate) provider_key: String,
    pub(crate) provider_name: String,
}

impl IntegrationSource {
    /// # Errors
    /// `PERMISSION_DENIED` for people and apps, whose changes have no other source than themselves; `INVALID_FIELD` (source).
    pub(crate) fn read(caller: &Caller, id: i64, provider_key: &str, provider_name: &str) -> Result<Self> {
        if !caller.is_internal() {
            return Err(Error::permission_denied());
        }
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= MAX_TEXT;
        if id <= 0 || !fits(provider_key) || !fits(provider_name) {
            return Err(Error::field("source", "A source has an integration, a provider and its name."));
        }
        Ok(Self {
            integration_id: id,
            provider_key: provider_key.to_owned(),
            provider_name: provider_name.to_owned(),
        })
    }

    /// Adds what the activity of an issue shows of the integration.
    pub(crate) fn describe(&self, data: &mut Map<String, Value>) {
        data.insert("provider".to_owned(), json!(self.provider_name));
        data.insert("provider_key".to_owned(), json!(self.provider_key));
        data.insert("integration_id".to_owned(), json!(self.integration_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_services_and_operators_name_a_source() {
        let read = |caller| IntegrationSource::read(caller, 31, "jira_server", "Jira Server");
        assert!(read(&Caller::Operator).is_ok());
        assert_eq!(read(&Caller::Anonymous).unwrap_err(), Error::permission_denied());
    }

    #[test]
    fn a_source_is_complete_and_bounded() {
        let long = "x".repeat(MAX_TEXT + 1);
        for (id, key, name) in [(0, "k", "n"), (1, "", "n"), (1, "k", ""), (1, &long, "n"), (1, "k", &long)] {
            let refused = IntegrationSource::read(&Caller::Operator, id, key, name).unwrap_err();
            assert_eq!(refused.fields[0].field, "source");
        }
    }
}

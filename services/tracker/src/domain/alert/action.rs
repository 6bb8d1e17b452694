use patchbay_domain::canonical_json::is_exact;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::domain::event::Target;

const MAX_SETTINGS_BYTES: usize = 32 * 1024;

/// An action of a rule: notifying an app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Action {
    pub(crate) app_slug: String,
    pub(crate) app_id: i64,
    /// The installation of the app; empty for an app without a form.
    pub(crate) installation_uuid: String,
    /// The values entered into the app's form; null without a form.
    pub(crate) settings: Value,
}

impl Action {
    /// # Errors
    /// The problem, as a sentence.
    pub(crate) fn read(
        app_slug: String,
        app_id: i64,
        installation_uuid: String,
        settings_json: &[u8],
    ) -> Result<Self, String> {
        let is_uuid = installation_uuid.is_empty() || Uuid::try_parse(&installation_uuid).is_ok();
        if app_slug.is_empty() || !is_uuid || settings_json.len() > MAX_SETTINGS_BYTES {
            return Err("An action needs an app, and settings of at most 32 KiB.".to_owned());
        }
        let settings = match settings_json {
            [] => Value::Null,
            json => serde_json::from_slice(json)
                .ok()
                .filter(Value::is_array)
                .ok_or("Settings have to be a list.")?,
        };
        if !is_exact(&settings) {
            return Err("Settings must not contain numbers beyond 2^53; send them as texts.".to_owned());
        }
        Ok(Self { app_slug, app_id, installation_uuid, settings })
    }

    pub(crate) fn target(&self) -> Target {
        if self.installation_uuid.is_empty() {
            Target::App(self.app_slug.clone())
        } else {
            Target::Installation(self.installation_uuid.clone())
        }
    }

    /// The action as Sentry's rules show it.
    pub(crate) fn document(&self) -> Value {
        if self.settings.is_null() {
            return json!({
                "id": "sentry.rules.actions.notify_event_service.NotifyEventServiceAction",
                "service": self.app_slug,
            });
        }
        json!({
            "id": "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction",
            "sentryAppInstallationUuid": self.installation_uuid,
            "settings": self.settings,
            "hasSchemaFormConfig": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action() -> Action {
        Action::read("notify".to_owned(), 3, String::new(), b"").unwrap()
    }

    #[test]
    fn an_action_with_settings_names_the_installation() {
        let uuid = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de".to_owned();
        let with =
            Action::read("notify".to_owned(), 3, uuid.clone(), br#"[{"name":"a","value":"b"}]"#).unwrap();
        assert_eq!(with.target(), Target::Installation(uuid));
        assert_eq!(with.document()["settings"][0]["value"], "b");
        assert_eq!(action().target(), Target::App("notify".to_owned()));
        assert_eq!(action().document()["service"], "notify");
        assert!(Action::read("notify".to_owned(), 3, "x".to_owned(), b"").is_err());
        let settings = [r#"{}"#, r#"[{"name":"a","value":9007199254740993}]"#, "[18446744073709551616]"];
        for settings in settings {
            let read = Action::read("notify".to_owned(), 3, String::new(), settings.as_bytes());
            assert!(read.is_err(), "{settings}");
        }
    }
}

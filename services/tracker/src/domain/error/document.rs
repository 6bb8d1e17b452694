//! The document of an error in webhooks: the stored error with links.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::domain::error::source::ErrorSource;
use crate::domain::links::Links;

/// A stored error followed by its links.
#[derive(Debug)]
pub(crate) struct EventDocument<'a> {
    /// A JSON object.
    stored: &'a str,
    links: LinksDocument,
}

#[derive(Debug, Serialize)]
struct LinksDocument {
    url: String,
    web_url: String,
    issue_url: String,
    issue_id: String,
}

impl<'a> EventDocument<'a> {
    pub(crate) fn new(
        stored: &'a str,
        event_id: Uuid,
        issue_id: i64,
        source: &ErrorSource,
        links: &Links,
    ) -> Self {
        let (event_id, issue_id) = (event_id.simple().to_string(), issue_id.to_string());
        let links = LinksDocument {
            url: links.event(&source.organization_slug, &source.project.slug, &event_id),
            web_url: links.event_page(&source.organization_slug, &issue_id, &event_id),
            issue_url: links.issue(&issue_id),
            issue_id,
        };
        Self { stored, links }
    }
}

impl Serialize for EventDocument<'_> {
    /// Concatenates texts: parsing and writing each large error again would be slow.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let links = serde_json::to_string(&self.links).map_err(S::Error::custom)?;
        let stored = self.stored.strip_suffix('}').ok_or_else(|| S::Error::custom("no object is stored"))?;
        let separator = if stored.len() > 1 { "," } else { "" };
        let text = [stored, separator, &links[1..]].concat();
        serde_json::value::RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::Value;
    use url::Url;

    use super::*;
    use crate::domain::alert::action::Action;
    use crate::domain::alert::rule::{AlertRule, Definition, Description};
    use crate::domain::alert::rule_action::RuleAction;
    use crate::domain::alert::triggered::alert_triggered;
    use crate::domain::error::created::error_created;
    use crate::domain::error::error_event::ErrorEvent;
    use crate::domain::project::Project;

    const ERROR: &str = include_str!("../../../tests/golden/error_created.json");
    const ALERT: &str = include_str!("../../../tests/golden/event_alert_triggered.json");

    fn source() -> ErrorSource {
        let slug = || "front-end".to_owned();
        let project =
            Project { id: 1, organization_id: 7, slug: slug(), name: slug(), platform: String::new() };
        ErrorSource { organization_slug: "test-org".to_owned(), project, publishes_errors: true }
    }

    fn links() -> Links {
        Links::new(&Url::parse("https://sentry.io").unwrap())
    }

    /// An error as Sentry's example has it, and the example with the number of the issue behind its links.
    fn example(golden: &str, key: &str, now: &str) -> (ErrorEvent, Value) {
        let mut golden: Value = serde_json::from_str(golden).unwrap();
        let now: DateTime<Utc> = now.parse().unwrap();
        let event =
            ErrorEvent::read(golden["data"][key].to_string().as_bytes(), 1, Uuid::nil(), now).unwrap();
        let issue_url = golden["data"][key]["issue_url"].as_str().unwrap();
        let issue_id = issue_url.trim_end_matches('/').rsplit('/').next().unwrap().to_owned();
        golden["data"][key]["issue_id"] = issue_id.into();
        (event, golden)
    }

    #[test]
    fn a_recorded_error_is_published_as_in_sentrys_example() {
        let (event, golden) = example(ERROR, "error", "2019-08-19T20:58:37.391Z");
        let published = error_created(&event, 1_170_820_242, &source(), &links());
        assert_eq!(String::from_utf8(published.data_json).unwrap(), golden["data"].to_string());
        assert_eq!((published.resource, published.action), ("error", "created"));
    }

    #[test]
    fn an_alert_is_published_as_in_sentrys_example() {
        let (event, golden) = example(ALERT, "event", "2019-08-19T21:06:17.677Z");
        let description = Description { name: "Very Important Alert Rule!", ..Description::default() };
        let action = Action::read("notify".to_owned(), 3, String::new(), b"").unwrap();
        let (name, definition) =
            Definition::read(description, Ok(vec![RuleAction::App(action.clone())])).unwrap();
        let created_at = DateTime::UNIX_EPOCH;
        let rule = AlertRule {
            id: 5,
            organization_id: 7,
            project_id: 1,
            name,
            definition,
            created_by: None,
            created_at,
        };
        let published = alert_triggered(&rule, &action, &event, 1_117_540_176, &source(), &links());
        assert_eq!(String::from_utf8(published.data_json).unwrap(), golden["data"].to_string());

        let uuid = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de".to_owned();
        let settings = br#"[{"name":"title","value":"x"}]"#;
        let action = Action::read("notify".to_owned(), 3, uuid, settings).unwrap();
        let published = alert_triggered(&rule, &action, &event, 1_117_540_176, &source(), &links());
        let data: Value = serde_json::from_slice(&published.data_json).unwrap();
        assert_eq!(
            data["issue_alert"].to_string(),
            r#"{"id":5,"title":"Very Important Alert Rule!","sentry_app_id":3,"settings":[{"name":"title","value":"x"}]}"#
        );
    }

    #[test]
    fn links_follow_the_stored_error() {
        let document = EventDocument::new("{}", Uuid::nil(), 7, &source(), &links());
        let text = serde_json::to_string(&document).unwrap();
        assert!(
            text.starts_with(r#"{"url":"https://sentry.io/api/0/projects/test-org/front-end/events/0000"#)
        );
    }
}

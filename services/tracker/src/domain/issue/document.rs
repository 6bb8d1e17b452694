//! The document of an issue: Sentry's group JSON, with the same keys in the same order.

use chrono::{DateTime, Utc};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::domain::issue::Issue;
use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::marks::Marks;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::short_id::short_id;
use crate::domain::issue::tickets::Annotation;
use crate::domain::links::Links;
use crate::domain::project::Project;
use crate::domain::time_format;

/// The document, followed by the links in webhooks. The order of fields is the order of keys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssueDocument<'a> {
    platform: &'a str,
    #[serde(serialize_with = "time_format::serialize")]
    last_seen: DateTime<Utc>,
    num_comments: i64,
    user_count: i64,
    culprit: &'a str,
    title: &'a str,
    id: String,
    assigned_to: Option<AssigneeDocument<'a>>,
    logger: (),
    r#type: &'static str,
    annotations: Vec<Annotation<'a>>,
    #[serde(serialize_with = "metadata")]
    metadata: &'a Metadata,
    status: &'static str,
    subscription_details: Option<SubscriptionDocument>,
    is_public: bool,
    has_seen: bool,
    short_id: String,
    share_id: (),
    #[serde(serialize_with = "time_format::serialize")]
    first_seen: DateTime<Utc>,
    /// A string, unlike `userCount`: Sentry's counts outgrow what a JavaScript number holds.
    count: String,
    permalink: (),
    level: &'static str,
    is_subscribed: bool,
    is_bookmarked: bool,
    project: ProjectDocument<'a>,
    #[serde(serialize_with = "details")]
    status_details: &'a str,
    #[serde(flatten)]
    links: Option<LinksDocument>,
}

#[derive(Debug, Serialize)]
struct AssigneeDocument<'a> {
    r#type: &'static str,
    id: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

/// The reason why the user is subscribed, or the note that they unsubscribed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SubscriptionDocument {
    Reason(String),
    Disabled(bool),
}

#[derive(Debug, Serialize)]
struct ProjectDocument<'a> {
    platform: &'a str,
    slug: &'a str,
    id: String,
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct LinksDocument {
    url: String,
    web_url: String,
    project_url: String,
}

impl<'a> IssueDocument<'a> {
    /// The document for a caller that is not a user: not seen, subscribed or bookmarked.
    pub(crate) fn new(issue: &'a Issue, project: &'a Project) -> Self {
        Self {
            platform: &issue.platform,
            last_seen: issue.last_seen,
            num_comments: issue.comment_count,
            user_count: issue.user_count,
            culprit: &issue.culprit,
            title: &issue.title,
            id: issue.id.to_string(),
            assigned_to: issue.assignee.as_ref().map(AssigneeDocument::new),
            logger: (),
            r#type: issue.kind.as_str(),
            annotations: issue.tickets.annotations(),
            metadata: &issue.metadata,
            status: issue.status.as_str(),
            subscription_details: None,
            is_public: false,
            has_seen: false,
            short_id: short_id(&project.slug, issue.number),
            share_id: (),
            first_seen: issue.first_seen,
            count: issue.times_seen.to_string(),
            permalink: (),
            level: issue.level.as_str(),
            is_subscribed: false,
            is_bookmarked: false,
            project: ProjectDocument {
                platform: &project.platform,
                slug: &project.slug,
                id: project.id.to_string(),
                name: &project.name,
            },
            status_details: &issue.status_details,
            links: None,
        }
    }

    /// Adds the subscription and the marks of the caller who reads.
    pub(crate) fn seen_by(self, subscription: Option<SubscriptionDocument>, marks: Marks) -> Self {
        let is_subscribed = matches!(subscription, Some(SubscriptionDocument::Reason(_)));
        let Marks { has_seen, is_bookmarked } = marks;
        Self { is_subscribed, subscription_details: subscription, has_seen, is_bookmarked, ..self }
    }

    /// Removes e-mail addresses, for organizations that keep them private.
    pub(crate) fn without_emails(mut self) -> Self {
        if let Some(assignee) = &mut self.assigned_to {
            assignee.email = None;
        }
        self
    }

    /// Adds the links that webhooks contain.
    pub(crate) fn with_links(self, links: &Links, organization_slug: &str) -> Self {
        let id = &self.id;
        let links = LinksDocument {
            url: links.issue(id),
            web_url: links.issue_page(organization_slug, id),
            project_url: links.project(organization_slug, self.project.slug),
        };
        Self { links: Some(links), ..self }
    }

    /// Compact JSON.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings, numbers and metadata that was checked when it was read")
    }
}

/// Writes the stored text, so that keys keep their order.
fn metadata<S: Serializer>(metadata: &Metadata, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(metadata.as_str()).map_err(S::Error::custom)?.serialize(serializer)
}

fn details<S: Serializer>(details: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<&RawValue>(details).map_err(S::Error::custom)?.serialize(serializer)
}

impl<'a> AssigneeDocument<'a> {
    fn new(assignee: &'a Assignee) -> Self {
        Self {
            r#type: assignee.kind(),
            id: assignee.id().to_string(),
            name: assignee.name(),
            email: assignee.email(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use url::Url;

    use super::*;
    use crate::domain::issue::context::IssueContext;
    use crate::domain::issue::examples::example;

    /// Sentry's own example of the webhook.
    const GOLDEN: &str = include_str!("../../../tests/golden/issue_created.json");

    #[test]
    fn the_webhook_is_sentrys_example_followed_by_three_links() {
        let (issue, project) = example();
        let links = Links::new(&Url::parse("https://sentry.example").unwrap());
        let issue_context = IssueContext {
            issue: &issue,
            project: &project,
            organization_slug: "acme",
            emails_are_private: false,
            links: &links,
        };
        let event = issue_context.opened();

        let mut expected: Value = serde_json::from_str(GOLDEN).unwrap();
        let document = expected["data"]["issue"].as_object_mut().unwrap();
        let api = "https://sentry.example/api/0";
        document.insert("url".to_owned(), format!("{api}/issues/1170820242/").into());
        let page = "https://sentry.example/organizations/acme/issues/1170820242/";
        document.insert("web_url".to_owned(), page.into());
        document.insert("project_url".to_owned(), format!("{api}/projects/acme/front-end/").into());

        // As text, because equality of objects does not look at the order of keys.
        assert_eq!(String::from_utf8(event.data_json).unwrap(), expected["data"].to_string());
        assert_eq!((event.resource, event.action), ("issue", expected["action"].as_str().unwrap()));
        assert_eq!((event.organization_id, event.project_id), (7, 1));
        assert_eq!(event.idempotency_key, "issue.created:1170820242");
    }

    #[test]
    fn the_rest_document_is_the_example_without_links() {
        let (issue, project) = example();
        let expected: Value = serde_json::from_str(GOLDEN).unwrap();
        let document = IssueDocument::new(&issue, &project).to_json();
        assert_eq!(String::from_utf8(document).unwrap(), expected["data"]["issue"].to_string());
    }

    #[test]
    fn a_time_always_has_six_decimal_digits() {
        let (mut issue, project) = example();
        issue.first_seen = DateTime::UNIX_EPOCH;
        let document: Value =
            serde_json::from_slice(&IssueDocument::new(&issue, &project).to_json()).unwrap();
        assert_eq!(document["firstSeen"], "1970-01-01T00:00:00.000000Z");
    }
}

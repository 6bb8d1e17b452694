use super::issue::Issue;
use super::issue_document::IssueDocument;
use super::links::Links;
use super::project::Project;

/// Something that happened here and that apps may have asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) resource: &'static str,
    pub(crate) action: &'static str,
    /// The `data` of the webhook.
    pub(crate) data_json: Vec<u8>,
    /// The same for the same happening, however often it is told.
    pub(crate) idempotency_key: String,
}

/// An issue was opened.
pub(crate) fn issue_created(
    issue: &Issue,
    project: &Project,
    organization_slug: &str,
    links: &Links,
) -> Event {
    let document = IssueDocument::new(issue, project).with_links(links, organization_slug);
    Event {
        organization_id: issue.organization_id,
        project_id: issue.project_id,
        resource: "issue",
        action: "created",
        data_json: [br#"{"issue":"#, document.to_json().as_slice(), b"}"].concat(),
        idempotency_key: format!("issue.created:{}", issue.id),
    }
}

use patchbay_proto::tracker as wire;

use crate::domain::issue::Issue;
use crate::domain::issue_document::IssueDocument;
use crate::domain::project::Project;
use crate::domain::short_id::short_id;

pub(super) fn to_wire(issue: &Issue, project: &Project) -> wire::Issue {
    wire::Issue {
        id: issue.id,
        organization_id: issue.organization_id,
        project_id: issue.project_id,
        short_id: short_id(&project.slug, issue.number),
        document_json: IssueDocument::new(issue, project).to_json().into(),
    }
}

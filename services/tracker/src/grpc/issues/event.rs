use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::error::detail::detail;
use crate::domain::error::document::EventDocument;
use crate::domain::error::stored_event::StoredEvent;
use crate::grpc::projects;
use crate::store::events::EventsOf;

/// The issue or project whose errors are requested, for a caller who may read them.
pub(super) async fn scope(
    context: &Context,
    caller: &Caller,
    issue_id: i64,
    organization: &str,
    project: &str,
) -> Result<EventsOf> {
    let scopes = access::READ_ISSUES;
    if issue_id != 0 {
        let found = issue::for_caller(context, caller, issue_id, organization, scopes).await?;
        return Ok(EventsOf::Issue(found.issue.id));
    }
    let named = (organization, project);
    Ok(EventsOf::Project(projects::project::for_caller(&context.db, caller, named, scopes).await?.id))
}

pub(super) fn to_wire(context: &Context, found: &StoredEvent) -> wire::Event {
    let StoredEvent { event_id, issue_id, document, source, .. } = found;
    let event_document = EventDocument::new(document, *event_id, *issue_id, source, &context.links);
    wire::Event {
        event_id: event_id.simple().to_string(),
        issue_id: *issue_id,
        document_json: serde_json::to_vec(&event_document).unwrap_or_default().into(),
        detail_json: detail(found).into(),
    }
}

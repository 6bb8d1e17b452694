use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use super::issue::with_tickets;
use crate::context::Context;
use crate::domain::integration::integration_not_found;
use crate::domain::{access, failure};
use crate::grpc::organizations;
use crate::installations::outcomes::measured;
use patchbay_provider::Search;

/// Choices of one answer.
const MAX_CHOICES: usize = 100;

pub(super) async fn search(
    context: &Context,
    caller: &Caller,
    request: proto::SearchRequest,
) -> Result<proto::SearchResponse, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_read(caller, organization.id)?;
    let id = request.integration_id.to_string();
    let (of, acting) = with_tickets(context, &organization, &id).await?;
    let descriptor = acting.provider.descriptor();
    if ![&descriptor.key, &descriptor.path].contains(&&request.provider) {
        return Err(integration_not_found());
    }
    let missing = |reason: &'static str, name: &str| {
        Err(Error::invalid(reason, format!("{name} is a required parameter")))
    };
    if request.field.is_empty() {
        return missing("FIELD_REQUIRED", "field");
    }
    if request.query.is_empty() {
        return missing("QUERY_REQUIRED", "query");
    }
    let search = Search { field: request.field, query: request.query, project: request.project };
    let found = acting.provider.search(&acting.installation, &search);
    let found = measured(context, of.integration.id, "search", found).await.map_err(failure::of_form)?;
    let choices = found.into_iter().take(MAX_CHOICES);
    let choices = choices.map(|choice| proto::Choice { value: choice.value, label: choice.label });
    Ok(proto::SearchResponse { choices: choices.collect() })
}

//! The project for which select options are requested.

use patchbay_domain::Error;
use patchbay_proto::tracker::GetProjectRequest;
use tonic::Request;

use crate::api::error::Result;
use crate::api::query::Query;
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// The slug of the project that `projectId` names, if there is one; `asks` makes the request, and so decides in whose name.
pub(super) async fn project_slug(
    context: &Context,
    query: &Query,
    organization: String,
    asks: impl FnOnce(GetProjectRequest) -> Request<GetProjectRequest>,
) -> Result<Option<String>> {
    let Some(text) = query.get("projectId").filter(|text| !text.is_empty()) else { return Ok(None) };
    let id: i64 = text.parse().map_err(|_| Error::field("projectId", "A valid integer is required."))?;
    let wanted = asks(GetProjectRequest { organization, project: id.to_string() });
    Ok(Some(context.services.projects().get_project(wanted).await.answer()?.slug))
}

//! Pages of components.

use patchbay_domain::Caller;
use patchbay_proto::installation::list_components_request::Owner;
use patchbay_proto::installation::{ListComponentsRequest, ListComponentsResponse};
use patchbay_rpc::request_as;

use crate::api::error::Result;
use crate::api::page::Paging;
use crate::api::query::Query;
use crate::context::Context;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

/// Pages are small, because schemas are large and the options of selects add to them.
pub(super) type ComponentPaging = Paging<50>;

pub(super) async fn list(
    context: &Context,
    caller: &Caller,
    query: &Query,
    paging: &ComponentPaging,
    owner: Owner,
) -> Result<ListComponentsResponse> {
    let message = ListComponentsRequest {
        owner: Some(owner),
        r#type: query.get("filter").unwrap_or_default().to_owned(),
        offset: paging.offset(),
        limit: paging.size(),
    };
    let answer = context.services.apps().list_components(request_as(caller, message)).await.answer();
    answer.map_err(|error| refusal(error, caller))
}

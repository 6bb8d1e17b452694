use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::tracker::ListMembersRequest;
use patchbay_rpc::request_as;

use super::MEMBER_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::json::member::MemberJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_members", "/api/0/organizations/{organization}/members/", list_members)
        .does("List the members of an organization, and the invitations")
        .by(one_of(MEMBER_READERS).and_apps())
        .asks(&[optional("query", Kind::Text)])
        .paged()
        .lists::<MemberJson>()
}

/// Members in the order in which they joined, then invitations.
async fn list_members(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListMembersRequest {
        organization: params.organization()?,
        min_role: String::new(),
        query: query.get("query").unwrap_or_default().to_owned(),
        offset: paging.offset(),
        limit: paging.size(),
        with_invitations: true,
    };
    let list = context.services.directory().list_members(request_as(&caller, message)).await.answer()?;
    let members = list.members.into_iter().map(MemberJson::from);
    let invitations = list.invitations.into_iter().map(MemberJson::from);
    Ok(paging.list(list.has_more, members.chain(invitations)))
}

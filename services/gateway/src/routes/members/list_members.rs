use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse};
use patchbay_proto::tracker::ListMembersRequest;
use patchbay_rpc::request_as;

use super::MEMBER_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::member::MemberJson;

pub(super) fn operation() -> Operation {
    get("list_members", "/api/0/organizations/{organization}/members/", list_members)
        .does("List the members of an organization, and who is invited")
        .by(one_of(MEMBER_READERS).and_apps())
        .asks(&[optional("query", Kind::Text)])
        .paged()
        .lists::<MemberJson>()
}

/// Who joined first in front, and behind them who is invited.
async fn list_members(
    State(context): State<Context>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<impl IntoResponse> {
    let page = Page::read(&query)?;
    let asked = ListMembersRequest {
        organization: params.organization()?,
        min_role: String::new(),
        query: query.get("query").unwrap_or_default().to_owned(),
        offset: page.offset(),
        limit: page.size(),
        with_invitations: true,
    };
    let list = context.services.directory().list_members(request_as(&caller, asked)).await.answer()?;
    let members = list.members.into_iter().map(MemberJson::from);
    let members: Vec<_> = members.chain(list.invitations.into_iter().map(Into::into)).collect();
    let url = format!("{}{}", context.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, list.has_more)), Json(members)))
}

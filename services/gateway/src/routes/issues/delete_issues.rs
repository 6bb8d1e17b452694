use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteIssuesRequest;
use patchbay_proto::tracker::delete_issues_request::Issues as Which;
use patchbay_rpc::request_as;

use super::selection::{Chosen, chosen};
use super::{CHOICE, EVENT_DELETERS};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    described(delete("delete_issues", "/api/0/organizations/{organization}/issues/", delete_issues))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Delete the issues that `id` names or `query` finds; one of the two is needed")
        .by(one_of(EVENT_DELETERS).and_apps())
        .asks(CHOICE)
        .answers_nothing(204)
}

pub(super) async fn delete_issues(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let issues = match chosen(&params, &query)? {
        Chosen::Ids(ids) => Which::Ids(ids),
        Chosen::Filter(filter) => Which::Filter(filter),
    };
    let message = DeleteIssuesRequest { issues: Some(issues) };
    context.services.issues().delete_issues(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

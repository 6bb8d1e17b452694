use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::SearchRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional, required};
use crate::context::Context;
use crate::json::choice::ChoiceJson;
use crate::routes::integrations::READERS;
use patchbay_edge::answer::Answer;

const ASKED: &[Field] = &[
    required("field", Kind::Text),
    required("query", Kind::Text),
    optional("project", Kind::Text),
    optional("repo", Kind::Text),
];

pub(super) fn operation() -> Operation {
    get("search_choices", "/extensions/{provider}/search/{organization}/{integration}/", search_choices)
        .does("Find choices for a field of a form")
        .by(one_of(READERS).and_apps())
        .asks(ASKED)
        .lists::<ChoiceJson>()
}

async fn search_choices(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Json<Vec<ChoiceJson>>> {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let project = query.get("project").or_else(|| query.get("repo")).unwrap_or_default().to_owned();
    let message = SearchRequest {
        organization: params.organization()?,
        integration_id: params.integration()?,
        provider: params.provider()?,
        field: text("field"),
        query: text("query"),
        project,
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let found = context.services.links().search(request).await.answer()?;
    Ok(Json(found.choices.into_iter().map(ChoiceJson::from).collect()))
}

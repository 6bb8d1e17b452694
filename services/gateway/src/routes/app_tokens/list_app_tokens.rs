use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::ListAppTokensRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::SignedIn;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::listed_token::ListedTokenJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_app_tokens", "/api/0/sentry-apps/{app}/api-tokens/", list_app_tokens)
        .does("List the tokens of an internal app")
        .by(one_of(WRITERS).in_session())
        .lists::<ListedTokenJson>()
}

/// None for an app that is not internal.
async fn list_app_tokens(
    State(context): State<Context>,
    params: Params,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedTokenJson>>> {
    let request = request_as(&caller, ListAppTokensRequest { app: params.app()? });
    let found = context.services.app_tokens().list_app_tokens(request).await.answer();
    let found = found.map_err(|error| refusal(error, &caller))?;
    Ok(Json(found.tokens.into_iter().map(ListedTokenJson::from).collect()))
}

use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::ListAppTokensRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::access::one_of;
use crate::authenticate::SignedIn;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::listed_token::ListedTokenJson;
use crate::operation::{Operation, get};
use crate::params::Params;
use crate::routes::app_refusal::refusal;

pub(super) fn operation() -> Operation {
    get("list_app_tokens", "/api/0/sentry-apps/{app}/api-tokens/", list_app_tokens)
        .does("List the tokens of an internal app")
        .by(one_of(WRITERS).in_session())
        .lists::<ListedTokenJson>()
}

/// None for an app that is not internal.
async fn list_app_tokens(
    State(gateway): State<Gateway>,
    params: Params,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<ListedTokenJson>>> {
    let request = request_as(&caller, ListAppTokensRequest { app: params.app()? });
    let found = gateway.services.app_tokens().list_app_tokens(request).await.answer();
    let found = found.map_err(|error| refusal(error, &caller))?;
    Ok(Json(found.tokens.into_iter().map(ListedTokenJson::from).collect()))
}

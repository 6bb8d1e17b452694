use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Scope;
use patchbay_proto::installation::DeleteAppRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("delete_app", "/api/0/sentry-apps/{app}/", delete_app)
        .does("Remove an app that is not published")
        .by(one_of(&[Scope::OrgAdmin]))
        .answers_nothing(204)
}

/// The app is removed in the background.
async fn delete_app(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let request = request_as(&caller, DeleteAppRequest { app: params.app()? });
    let answer = context.services.apps().delete_app(request).await.answer();
    answer.map_err(|error| refusal(error, &caller))?;
    Ok(StatusCode::NO_CONTENT)
}

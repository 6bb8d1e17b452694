use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::ReviewPublicationRequest;
use patchbay_rpc::request_as;

use crate::api::access::SUPERUSERS;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, required_flag, text_or_blank};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

request_body! {
    /// The decision of a reviewer.
    Review {
        approve: bool = required_flag("approve"),
        note: Option<String> = text_or_blank("note"),
    }
}

pub(super) fn operation() -> Operation {
    put("review_publication", "/api/0/sentry-apps/{app}/publish-request/", review_publication)
        .does("Publish an app, or not")
        .by(SUPERUSERS)
        .takes::<Review>()
        .answers::<AppJson>(200)
        .refuses(409)
}

/// Sentry has no such operation.
async fn review_publication(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<AppJson>> {
    let app = params.app()?;
    let Review { approve, note } = Review::read(fields)?;
    let message = ReviewPublicationRequest { app, approve, note: note.unwrap_or_default() };
    let answer =
        context.services.publishing().review_publication(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}

use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::ReviewPublicationRequest;
use patchbay_rpc::request_as;

use crate::api::access::SUPERUSERS;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, nullable_text, request_body, required_flag, text_or_blank};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::app::AppJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

const REQUEST_ID: &str = "requestId";

request_body! {
    /// The decision of a reviewer.
    Review {
        approve: bool = required_flag("approve"),
        note: Option<String> = text_or_blank("note"),
        // The id of the request that the reviewer has read.
        request_id: Option<i64> = custom(REQUEST_ID, Kind::NullableText, request_id),
    }
}

pub(super) fn operation() -> Operation {
    put("review_publication", "/api/0/sentry-apps/{app}/publish-request/", review_publication)
        .does("Publish an app, or not")
        .by(SUPERUSERS.and_staff())
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
    let Review { approve, note, request_id } = Review::read(fields)?;
    let request_id = request_id.unwrap_or_default();
    let message = ReviewPublicationRequest { app, approve, note: note.unwrap_or_default(), request_id };
    let answer =
        context.services.publishing().review_publication(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, context.config.base_url())))
}

/// A number, or one that is written as a text, as the list shows it.
fn request_id(fields: &mut Fields, name: &'static str) -> Option<i64> {
    let text = nullable_text(name).read(fields).filter(|text| !text.is_empty())?;
    let id = text.parse().ok().filter(|id| *id > 0);
    if id.is_none() {
        fields.problem(name, "A valid integer is required.");
    }
    id
}

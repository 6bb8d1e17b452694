use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::ReviewPublicationRequest;
use patchbay_rpc::request_as;

use super::get_app::refusal;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::params::Params;

/// `PUT /api/0/sentry-apps/{app}/publish-request/`: a reviewer decides. Not one of Sentry's.
pub(crate) async fn review_publication(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<AppJson>> {
    if !fields.has("approve") {
        fields.problem("approve", "This field is required.");
    }
    let message = ReviewPublicationRequest {
        app: params.app()?,
        approve: fields.flag("approve"),
        note: fields.text_or_blank("note").unwrap_or_default(),
    };
    fields.finish()?;
    let answer =
        gateway.services.publishing().review_publication(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, gateway.config.base_url())))
}

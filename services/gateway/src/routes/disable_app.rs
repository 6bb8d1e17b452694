use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::DisableAppRequest;
use patchbay_rpc::request_as;

use super::get_app::refusal;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::params::Params;

/// `POST /api/0/sentry-apps/{app}/disable/`: switches an app off. Not one of Sentry's.
pub(crate) async fn disable_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<AppJson>> {
    let reason = fields.text_or_blank("reason").unwrap_or_default();
    fields.finish()?;
    let message = DisableAppRequest { app: params.app()?, reason, event_id: String::new() };
    let answer = gateway.services.apps().disable_app(request_as(&caller, message)).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(AppJson::new(app, gateway.config.base_url())))
}

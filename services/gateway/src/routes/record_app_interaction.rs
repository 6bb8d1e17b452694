use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::RecordInteractionRequest;
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `POST /api/0/sentry-apps/{app}/interaction/`: counts that somebody looked at an app or used a component of it.
pub(crate) async fn record_app_interaction(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<Value>)> {
    // What is no text is none of the names that are asked for.
    let name = |key: &str| fields.raw(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (field, component_type) = (name("tsdbField"), name("componentType"));
    let request = request_as(&caller, RecordInteractionRequest { app: params.app()?, field, component_type });
    gateway.services.apps().record_interaction(request).await.answer()?;
    Ok((StatusCode::CREATED, Json(json!({}))))
}

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::RecordInteractionRequest;
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use crate::access::USERS;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::field::{Kind, optional, required};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post("record_app_interaction", "/api/0/sentry-apps/{app}/interaction/", record_app_interaction)
        .does("Count that somebody looked at an app or used a component of it")
        .by(USERS.and_apps())
        .takes(&[required("tsdbField", Kind::Text), optional("componentType", Kind::NullableText)])
        .answers_json(201)
}

/// Counts that somebody looked at an app or used a component of it.
async fn record_app_interaction(
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

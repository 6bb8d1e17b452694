use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::installation::RecordInteractionRequest;
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::{Kind, optional, required};
use crate::context::Context;
use crate::edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("record_app_interaction", "/api/0/sentry-apps/{app}/interaction/", record_app_interaction)
        .does("Count that somebody looked at an app or used a component of it")
        .by(USERS.and_apps())
        .takes(&[required("tsdbField", Kind::Text), optional("componentType", Kind::NullableText)])
        .answers_json(201)
}

/// Counts that somebody looked at an app or used a component of it.
async fn record_app_interaction(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<Value>)> {
    // What is no text is none of the names that are asked for.
    let name = |key: &str| fields.raw(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (field, component_type) = (name("tsdbField"), name("componentType"));
    let request = request_as(&caller, RecordInteractionRequest { app: params.app()?, field, component_type });
    context.services.apps().record_interaction(request).await.answer()?;
    Ok((StatusCode::CREATED, Json(json!({}))))
}

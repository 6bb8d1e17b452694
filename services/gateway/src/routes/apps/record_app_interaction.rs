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
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, request_body, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use patchbay_edge::answer::Answer;

request_body! {
    /// The counter to increment.
    Interaction {
        field: String = custom("tsdbField", Kind::Text, text_or_nothing).required(),
        component_type: Option<String> = custom("componentType", Kind::NullableText, component_type),
    }
}

pub(super) fn operation() -> Operation {
    post("record_app_interaction", "/api/0/sentry-apps/{app}/interaction/", record_app_interaction)
        .does("Count a view of an app or a use of one of its components")
        .by(USERS.and_apps())
        .takes::<Interaction>()
        .answers_json(201)
}

async fn record_app_interaction(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<Value>)> {
    let Interaction { field, component_type } = Interaction::read(fields)?;
    let component_type = component_type.unwrap_or_default();
    let request = request_as(&caller, RecordInteractionRequest { app: params.app()?, field, component_type });
    context.services.apps().record_interaction(request).await.answer()?;
    Ok((StatusCode::CREATED, Json(json!({}))))
}

/// Most counters have no component; the owner of apps checks the name where it counts.
fn component_type(fields: &mut Fields, name: &'static str) -> Option<String> {
    if fields.raw(name).is_some_and(Value::is_number) {
        fields.problem(name, "Not a valid string.");
    }
    text_or_blank(name).read(fields)
}

/// A value of another type is as unknown as a wrong name, which the owner of apps refuses.
fn text_or_nothing(fields: &mut Fields, name: &'static str) -> String {
    fields.raw(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

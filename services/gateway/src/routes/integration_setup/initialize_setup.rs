use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync::{AdvanceRequest, InitializeRequest};
use patchbay_rpc::request_as;
use serde_json::Value;

use super::{PATH, check_name};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::kind;
use crate::api::key::{RequestBody, anything, request_body};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::setup_step::{AdvancedJson, SetupStepJson, StepFailedJson};
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

request_body! {
    /// `initialize` with a provider, or the fields of the step that waits.
    SetupBody {
        action: Option<Value> = anything("action").described(Kind::Text),
        provider: Option<Value> = anything("provider").described(Kind::Text),
        initial_data: Option<Value> = anything("initialData").described(Kind::Object),
    }
}

pub(super) fn operation() -> Operation {
    post("initialize_setup", PATH, initialize_setup)
        .does("Start the setup of an integration, or answer its step")
        .by(one_of(WRITERS))
        .takes::<SetupBody>()
        .answers_json(200)
}

/// With `"action":"initialize"` a setup starts; all other bodies are the fields of the step that waits.
async fn initialize_setup(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Response> {
    check_name(&context, &caller, &params).await?;
    let organization = params.organization()?;
    let body = SetupBody::read_from(&mut fields);
    if body.action.as_ref().is_some_and(|action| !action.is_string() && !action.is_null()) {
        return Err(Error::field("action", "Not a valid string.").into());
    }
    if body.action.as_ref().and_then(Value::as_str) == Some("initialize") {
        return Ok(initialize(&context, &caller, organization, body).await?.into_response());
    }
    let message = AdvanceRequest { organization, provider: String::new(), fields_json: fields.into_json() };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    match context.services.setup().advance(request).await.answer() {
        Ok(advanced) => Ok(Json(AdvancedJson::from(advanced)).into_response()),
        Err(error) if error.reason == "SETUP_STEP_FAILED" => {
            Ok(StepFailedJson::new(error.message).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn initialize(
    context: &Context,
    caller: &Caller,
    organization: String,
    body: SetupBody,
) -> Result<Json<SetupStepJson>, Error> {
    let initial = body.initial_data.filter(|data| !data.is_null());
    if let Some(odd) = initial.as_ref().filter(|data| !data.is_object()) {
        let problem = format!("Expected a dictionary of items but got type \"{}\".", kind(odd));
        return Err(Error::field("initialData", problem));
    }
    let message = InitializeRequest {
        organization,
        provider: body.provider.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
        initial_data_json: initial.map(|data| data.to_string().into_bytes()).unwrap_or_default(),
    };
    let mut request = request_as(caller, message);
    request.set_timeout(context.config.request_timeout);
    let step = context.services.setup().initialize(request).await.answer()?;
    Ok(Json(step.into()))
}

use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::RotateSecretRequest;
use patchbay_rpc::request_as;
use serde::Serialize;
use utoipa::ToSchema;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, integer, request_body};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

/// The secret in both forms.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewSecret {
    client_secret: String,
    /// For libraries of Standard Webhooks.
    webhook_secret: String,
}

request_body! {
    /// How a secret is replaced.
    Rotation {
        grace_seconds: Option<i32> = integer("gracePeriodSeconds"),
    }
}

pub(super) fn operation() -> Operation {
    post("rotate_secret", "/api/0/sentry-apps/{app}/rotate-secret/", rotate_secret)
        .does("Replace the client secret")
        .by(one_of(WRITERS))
        .takes_only::<Rotation>()
        .answers::<NewSecret>(200)
}

/// The new secret is effective at once. The old one also signs webhooks for `gracePeriodSeconds`.
async fn rotate_secret(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<NewSecret>> {
    let app = params.app()?;
    let grace_seconds = grace(fields)?;
    let request = request_as(&caller, RotateSecretRequest { app, grace_seconds });
    let answer = context.services.apps().rotate_secret(request).await.answer();
    let secret = answer.map_err(|error| refusal(error, &caller))?;
    Ok(Json(NewSecret { client_secret: secret.client_secret, webhook_secret: secret.webhook_secret }))
}

fn grace(mut fields: Fields) -> patchbay_domain::Result<u32> {
    let seconds = Rotation::read_only_from(&mut fields).grace_seconds.unwrap_or_default();
    let grace = u32::try_from(seconds).unwrap_or_else(|_| {
        fields.problem("gracePeriodSeconds", "Ensure this value is greater than or equal to 0.");
        0
    });
    fields.finish().map(|()| grace)
}

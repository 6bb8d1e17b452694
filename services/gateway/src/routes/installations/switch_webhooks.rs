use axum::Json;
use axum::extract::State;
use patchbay_domain::{Scope, shortened};
use patchbay_proto::installation::{ResumeWebhooksRequest, StopWebhooksRequest};
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, required_text, text_or_blank};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::webhooks::WebhooksJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// Whether webhooks are sent.
    Switch {
        status: String = required_text("status").choice(&["active", "stopped"]),
        reason: Option<String> = text_or_blank("reason"),
    }
}

pub(super) fn operation() -> Operation {
    put("switch_webhooks", "/api/0/sentry-app-installations/{installation}/webhooks/", switch_webhooks)
        .does("Stop or resume webhooks; for the organization that owns the app")
        .by(one_of(&[Scope::OrgWrite, Scope::OrgAdmin]).and_the_app())
        .takes::<Switch>()
        .answers::<WebhooksJson>(200)
}

/// Sentry has no such operation.
async fn switch_webhooks(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<WebhooksJson>> {
    let uuid = params.installation()?;
    let Switch { status, reason } = Switch::read_from(&mut fields);
    if !matches!(status.as_str(), "" | "active" | "stopped") {
        fields.problem("status", format!("\"{}\" is not a valid choice.", shortened(&status)));
    }
    fields.finish()?;
    let mut installations = context.services.installations();
    let state = if status == "active" {
        installations.resume_webhooks(request_as(&caller, ResumeWebhooksRequest { uuid })).await.answer()?
    } else {
        let message =
            StopWebhooksRequest { uuid, reason: reason.unwrap_or_default(), event_id: String::new() };
        installations.stop_webhooks(request_as(&caller, message)).await.answer()?
    };
    Ok(Json(state.into()))
}

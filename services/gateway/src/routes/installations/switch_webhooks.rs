use axum::Json;
use axum::extract::State;
use patchbay_domain::{Scope, shortened};
use patchbay_proto::installation::{ResumeWebhooksRequest, StopWebhooksRequest};
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::{Kind, optional, required};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::webhooks::WebhooksJson;

pub(super) fn operation() -> Operation {
    put("switch_webhooks", "/api/0/sentry-app-installations/{installation}/webhooks/", switch_webhooks)
        .does("Stop or resume webhooks; for the organization that owns the app")
        .by(one_of(&[Scope::OrgWrite, Scope::OrgAdmin]).and_the_app())
        .takes(&[
            required("status", Kind::Choice(&["active", "stopped"])),
            optional("reason", Kind::NullableText),
        ])
        .answers::<WebhooksJson>(200)
}

/// Stops and resumes the webhooks of one installation. Not one of Sentry's.
async fn switch_webhooks(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<WebhooksJson>> {
    let uuid = params.installation()?;
    let status = fields.required_text("status");
    let reason = fields.text_or_blank("reason").unwrap_or_default();
    if !matches!(status.as_str(), "" | "active" | "stopped") {
        fields.problem("status", format!("\"{}\" is not a valid choice.", shortened(&status)));
    }
    fields.finish()?;
    let mut installations = context.services.installations();
    let state = if status == "active" {
        installations.resume_webhooks(request_as(&caller, ResumeWebhooksRequest { uuid })).await.answer()?
    } else {
        let message = StopWebhooksRequest { uuid, reason, event_id: String::new() };
        installations.stop_webhooks(request_as(&caller, message)).await.answer()?
    };
    Ok(Json(state.into()))
}

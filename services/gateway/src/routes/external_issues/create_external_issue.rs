use axum::Json;
use axum::extract::State;
use patchbay_domain::{Error, Scope};
use patchbay_proto::tracker::LinkExternalIssueRequest;
use patchbay_rpc::request_as;
use serde_json::Value;

use super::EVENT_READERS;
use super::installation::installation;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::{Kind, required};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::external_issue::ExternalIssueJson;

/// Without asking the app, which takes less.
const LINKERS: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];

pub(super) fn operation() -> Operation {
    post(
        "create_external_issue",
        "/api/0/sentry-app-installations/{installation}/external-issues/",
        create_external_issue,
    )
    .does("Link an issue to one in the app's service")
    .by(one_of(EVENT_READERS).and_the_app_with_scopes())
    .takes(&[
        required("issueId", Kind::Anything),
        required("webUrl", Kind::Text),
        required("project", Kind::Text),
        required("identifier", Kind::Text),
    ])
    .answers::<ExternalIssueJson>(200)
}

/// An app links an issue to one of its own.
async fn create_external_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ExternalIssueJson>> {
    let installation = installation(&context, &caller, params.installation()?).await?;
    if !caller.has_any(installation.organization_id, LINKERS) {
        return Err(Error::permission_denied().into());
    }
    let issue_id = match fields.raw("issueId") {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    if issue_id.is_none() {
        fields.problem("issueId", "A valid integer is required.");
    }
    let message = LinkExternalIssueRequest {
        issue_id: issue_id.unwrap_or_default(),
        organization_id: installation.organization_id,
        app_id: installation.app_id,
        app_slug: installation.app_slug,
        web_url: fields.required_text("webUrl"),
        project: fields.required_text("project"),
        identifier: fields.required_text("identifier"),
    };
    fields.finish()?;
    let link = context.services.issues().link_external_issue(request_as(&caller, message)).await.answer()?;
    Ok(Json(link.into()))
}

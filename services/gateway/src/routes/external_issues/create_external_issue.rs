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
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, request_body, required_text};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::external_issue::ExternalIssueJson;
use patchbay_edge::answer::Answer;

/// Fewer scopes than for a link that the app itself creates.
const LINKERS: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];

request_body! {
    /// A link to an issue in the service of an app.
    NewLink {
        issue_id: Option<i64> = custom("issueId", Kind::Anything, issue_id).required(),
        web_url: String = required_text("webUrl"),
        project: String = required_text("project"),
        identifier: String = required_text("identifier"),
    } only, ignoring []
}

pub(super) fn operation() -> Operation {
    post(
        "create_external_issue",
        "/api/0/sentry-app-installations/{installation}/external-issues/",
        create_external_issue,
    )
    .does("Link an issue to one in the app's service")
    .by(one_of(EVENT_READERS).and_the_app_with_scopes())
    .takes::<NewLink>()
    .answers::<ExternalIssueJson>(200)
}

/// An app links an issue to one of its own.
async fn create_external_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<ExternalIssueJson>> {
    let installation = installation(&context, &caller, params.installation()?).await?;
    if !caller.has_any(installation.organization_id, LINKERS) {
        return Err(Error::permission_denied().into());
    }
    let link = NewLink::read(fields)?;
    let message = LinkExternalIssueRequest {
        issue_id: link.issue_id.unwrap_or_default(),
        organization_id: installation.organization_id,
        app_id: installation.app_id,
        app_slug: installation.app_slug,
        web_url: link.web_url,
        project: link.project,
        identifier: link.identifier,
    };
    let link = context.services.issues().link_external_issue(request_as(&caller, message)).await.answer()?;
    Ok(Json(link.into()))
}

/// A number, or a text that is one.
fn issue_id(fields: &mut Fields, name: &'static str) -> Option<i64> {
    let id = match fields.raw(name) {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    if id.is_none() {
        fields.problem(name, "A valid integer is required.");
    }
    id
}

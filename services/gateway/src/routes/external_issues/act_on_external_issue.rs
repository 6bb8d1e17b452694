use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Caller, Error, Scope};
use patchbay_proto::installation::Installation;
use patchbay_proto::tracker::{GetIssueRequest, Issue, LinkExternalIssueRequest};
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use super::installation::installation;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::{Failure, Result};
use crate::api::key::{RequestBody, anything, request_body};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::apps::call::{AppAnswer, AppCall, Method, patience};
use crate::context::Context;
use crate::json::external_issue::ExternalIssueJson;
use patchbay_edge::answer::Answer;

const SCOPES: &[Scope] = &[Scope::OrgIntegrations, Scope::EventWrite, Scope::EventAdmin];

request_body! {
    /// The action. The other keys are the fields of the form of the app.
    ActionBody {
        group_id: Option<Value> = anything("groupId").required(),
        action: Option<Value> = anything("action").described(Kind::Text).required(),
        uri: Option<Value> = anything("uri").described(Kind::Text).required(),
    }
}

pub(super) fn operation() -> Operation {
    post(
        "act_on_external_issue",
        "/api/0/sentry-app-installations/{installation}/external-issue-actions/",
        act_on_external_issue,
    )
    .does("Have the app create or find an issue of its own, and link it")
    .by(one_of(&[Scope::OrgIntegrations, Scope::EventWrite, Scope::EventAdmin]).and_the_app_with_scopes())
    .takes::<ActionBody>()
    .answers::<ExternalIssueJson>(200)
    .refuses(502)
}

/// The app creates an issue in its service, or finds one, and the gateway links it. Where the app fails, nothing is linked.
async fn act_on_external_issue(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ExternalIssueJson>> {
    let installation = installation(&context, &caller, params.installation()?).await?;
    if !caller.has_any(installation.organization_id, SCOPES) {
        return Err(Error::permission_denied().into());
    }
    let ActionBody { group_id, action, uri } = ActionBody::read_from(&mut fields);
    if [&group_id, &action, &uri].iter().any(|value| value.as_ref().is_none_or(Value::is_null)) {
        return Err(Error::invalid("FIELDS_MISSING", "Missing groupId, action, uri in request body").into());
    }
    let event_type = match text(action.as_ref()) {
        "create" => "external_issue.created",
        "link" => "external_issue.linked",
        other => {
            return Err(Error::invalid("UNKNOWN_ACTION", format!("Invalid action '{other:.50}'")).into());
        }
    };
    let uri = text(uri.as_ref());
    let issue = issue(&context, &caller, &installation, group_id.as_ref()).await?;
    let is_declared = |name: &&str| ActionBody::FIELDS.iter().any(|field| field.name == *name);
    let form = fields.names().filter(|name| !is_declared(name));
    let form: Value =
        form.map(|name| (name.to_owned(), fields.raw(name).cloned().unwrap_or_default())).collect();
    let call = AppCall {
        app: &installation.app_slug,
        installation: &installation,
        event_type,
        method: Method::Post(body(&caller, &installation, &issue, form)),
        uri,
        deadline: patience(&context),
    };
    let (web_url, project, identifier) = read(call.send(&context).await?, &installation.app_slug)?;
    let message = LinkExternalIssueRequest {
        issue_id: issue.id,
        organization_id: installation.organization_id,
        app_id: installation.app_id,
        app_slug: installation.app_slug.clone(),
        web_url,
        project,
        identifier,
    };
    let link = context.services.issues().link_external_issue(request_as(&caller, message)).await;
    Ok(Json(link.answer()?.into()))
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// The issue with this id, in the organization of the installation. No app is asked about an issue that the caller may not link.
async fn issue(
    context: &Context,
    caller: &Caller,
    installation: &Installation,
    group_id: Option<&Value>,
) -> Result<Issue> {
    let message = "Could not find the corresponding issue for the given groupId";
    let unknown = || Error::invalid("ISSUE_NOT_FOUND", message);
    let id = match group_id {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let wanted = GetIssueRequest {
        id: id.ok_or_else(unknown)?,
        organization: installation.organization_id.to_string(),
        to_link: true,
    };
    let found = context.services.issues().get_issue(request_as(caller, wanted)).await.answer();
    Ok(found.map_err(|error| if error.is_retryable() { error } else { unknown() })?)
}

fn body(caller: &Caller, installation: &Installation, issue: &Issue, form: Value) -> Value {
    let actor = match caller.user() {
        Some(user) => json!({ "type": "user", "id": user.user_id, "name": user.name }),
        None => json!({ "type": "application", "id": "sentry", "name": "Sentry" }),
    };
    json!({
        "fields": form,
        "issueId": issue.id,
        "installationId": installation.uuid,
        "webUrl": issue.web_url,
        "project": { "slug": issue.project_slug, "id": issue.project_id },
        "actor": actor,
    })
}

/// The URL, project and identifier of the issue in the service of the app.
fn read(answer: AppAnswer, app: &str) -> Result<(String, String, String)> {
    if !answer.is_success() {
        return Err(answer.failure(&format!("Issue occurred while trying to contact {app} to link issue")));
    }
    let unusable =
        |reason: &str, message: String| Failure::of_app(StatusCode::INTERNAL_SERVER_ERROR, reason, &message);
    let Some(body) = answer.body else {
        return Err(unusable("ANSWER_UNREADABLE", format!("Unable to parse response from {app}")));
    };
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    match (text("webUrl"), text("project"), text("identifier")) {
        (Some(web_url), Some(project), Some(identifier)) => Ok((web_url, project, identifier)),
        _ => Err(unusable(
            "ANSWER_INCOMPLETE",
            format!("Invalid response format from sentry app {app} when linking issue"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(status: i32, body: Option<Value>) -> Result<(String, String, String), u16> {
        read(AppAnswer { status, body }, "notify").map_err(|failure| failure.status().as_u16())
    }

    #[test]
    fn the_app_says_where_its_issue_is() {
        let body = json!({ "webUrl": "https://x.example/1", "project": "ACME", "identifier": "1" });
        let expected = ["https://x.example/1", "ACME", "1"].map(str::to_owned);
        assert_eq!(read_json(201, Some(body)), Ok(expected.into()));
        assert_eq!(read_json(200, Some(json!({ "webUrl": "x" }))), Err(500));
        assert_eq!(read_json(200, None), Err(500));
        assert_eq!(read_json(409, Some(json!({ "message": "There is one." }))), Err(409));
        assert_eq!(read_json(0, None), Err(502));
    }
}

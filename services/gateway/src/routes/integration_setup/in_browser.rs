//! A setup in a browser: its calls, and the pages for their outcomes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::{Caller, Error, ErrorKind, FieldViolation};
use patchbay_proto::issue_sync::advance_response::Outcome;
use patchbay_proto::issue_sync::{AdvanceRequest, GetStepRequest, SetupStep};
use patchbay_rpc::request_as;
use serde_json::{Map, Value};
use url::Url;

use super::person::Person;
use crate::api::error::Failure;
use crate::api::operation::Operation;
use crate::context::Context;
use crate::json::integration::IntegrationJson;
use crate::pages::integration_setup::complete_page::{complete_page, failed_page};
use crate::pages::integration_setup::error_page::error_page;
use crate::pages::integration_setup::form_page::FormPage;
use crate::pages::integration_setup::step_form::read_form;
use patchbay_edge::answer::Answer;

/// Where a setup goes on. Trackers send the browser back to it.
pub(super) const PATH: &str = "/extensions/{provider}/setup/";

/// The answers that the operations of a browser share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .answers_nothing(303)
        .answers_as(200, "text/html")
        .refuses_with_page(403)
        .refuses_with_page(404)
        .refuses_with_page(503)
}

/// The address at which a setup with this provider goes on.
pub(super) fn address(provider: &str) -> String {
    format!("/extensions/{provider}/setup/")
}

/// Reads the step that waits. `provider` is the key or the path of the provider.
pub(super) async fn waiting(context: &Context, caller: &Caller, provider: &str) -> Result<SetupStep, Error> {
    let message = GetStepRequest { organization: String::new(), provider: provider.to_owned() };
    let mut request = request_as(caller, message);
    request.set_timeout(context.config.request_timeout);
    context.services.setup().get_step(request).await.answer()
}

/// Answers the step that waits.
pub(super) async fn advance(
    context: &Context,
    caller: &Caller,
    provider: &str,
    fields: Map<String, Value>,
) -> Result<Outcome, Error> {
    let message = AdvanceRequest {
        organization: String::new(),
        provider: provider.to_owned(),
        fields_json: Value::Object(fields).to_string().into_bytes(),
    };
    let mut request = request_as(caller, message);
    request.set_timeout(context.config.request_timeout);
    let advanced = context.services.setup().advance(request).await.answer()?;
    Ok(advanced.outcome.unwrap_or(Outcome::Next(SetupStep::default())))
}

/// Where the tracker wants the browser; `None` for a step with a form.
pub(super) fn tracker(step: &SetupStep) -> Result<Option<Url>, Error> {
    if step.redirect_url.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&step.redirect_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let unusable = || Error::invalid("SETUP_STEP_FAILED", "The address of the tracker cannot be used.");
    url.map(Some).ok_or_else(unusable)
}

/// The form of a step.
pub(super) fn form_page(
    step: &SetupStep,
    typed: Option<&Map<String, Value>>,
    problems: &[FieldViolation],
) -> Response {
    // The name of the step shows whether the form is still the one that waits when it is sent.
    let step_name: String = url::form_urlencoded::byte_serialize(step.step.as_bytes()).collect();
    let page = FormPage {
        action: &format!("{}?step={step_name}", address(&step.provider)),
        organization: &step.organization_slug,
        provider: &step.provider,
        position: (step.step_index.saturating_add(1), step.total_steps),
        form: &read_form(&step.form_json),
        typed,
        problems,
    };
    page.render()
}

/// The last page.
pub(super) fn done(context: &Context, integration: patchbay_proto::issue_sync::Integration) -> Response {
    complete_page(&context.random, &IntegrationJson::from(integration))
}

/// Sends the browser to an address of this site or of the tracker.
pub(super) fn redirect(address: &str) -> Response {
    match HeaderValue::try_from(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Failure::from(Error::internal("UNREADABLE_ANSWER", "Internal error.")).into_response(),
    }
}

/// The answer to a refusal. As in Sentry, a step that failed has a page with the status 200. `again` is the address for another
/// attempt.
pub(super) fn refused(context: &Context, person: &Person, again: &str, error: Error) -> Response {
    let (status, why, again) = match (error.reason.as_ref(), error.kind) {
        ("IDENTITY_TAKEN" | "INTEGRATION_BEING_DELETED", _) => {
            return failed_page(&context.random, &error.message);
        }
        ("SETUP_STEP_FAILED" | "INVALID_FIELD", _) => (StatusCode::OK, words(&error), Some(again)),
        (_, ErrorKind::Invalid | ErrorKind::Conflict) => (StatusCode::OK, error.message, None),
        (_, ErrorKind::Forbidden) if person.takes_pages => (StatusCode::FORBIDDEN, error.message, None),
        (_, ErrorKind::NotFound) if person.takes_pages => (StatusCode::NOT_FOUND, error.message, None),
        (_, ErrorKind::Unavailable) if person.takes_pages => {
            let why = "The setup cannot go on right now. Try again in a moment.";
            (StatusCode::SERVICE_UNAVAILABLE, why.to_owned(), Some(again))
        }
        _ => return Failure::from(error).into_response(),
    };
    error_page(status, &why, again)
}

/// The problems of fields, if there are any: a step without a form cannot show them beside its fields.
fn words(error: &Error) -> String {
    let problems: Vec<_> = error
        .fields
        .iter()
        .map(|problem| format!("{}: {}", problem.field, problem.messages.join(" ")))
        .collect();
    if problems.is_empty() { error.message.clone() } else { problems.join(" ") }
}

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync::advance_response::Outcome;

use super::in_browser::{
    PATH, address, advance, described, done, form_page, redirect, refused, tracker, waiting,
};
use super::person::Person;
use crate::api::access::one_of;
use crate::api::error::Failure;
use crate::api::form_body::FormBody;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::pages::integration_setup::leave_page::leave_page;
use crate::pages::integration_setup::step_form::{read_form, values};
use crate::routes::integrations::WRITERS;

/// The step that the form is of.
const ASKED: &[Field] = &[optional("step", Kind::Text)];

pub(super) fn operation() -> Operation {
    described(post("submit_setup", PATH, submit_setup))
        .does("Send the form of a step of a setup")
        .by(one_of(WRITERS).in_session())
        .asks(ASKED)
        .refuses(413)
        .refuses(415)
}

/// The form is shown again with its problems, and with what was typed apart from secrets.
async fn submit_setup(
    State(context): State<Context>,
    params: Params,
    query: Query,
    person: Person,
    form: Result<FormBody, Failure>,
) -> Response {
    let FormBody(pairs) = match form {
        Ok(form) => form,
        Err(failure) => return failure.into_response(),
    };
    let provider = params.provider().unwrap_or_default();
    let of_step = query.get("step");
    match submit(&context, &person.caller, &provider, of_step, &pairs).await {
        Ok(response) => response,
        Err(error) => refused(&context, &person, &address(&provider), error),
    }
}

async fn submit(
    context: &Context,
    caller: &Caller,
    provider: &str,
    of_step: Option<&str>,
    pairs: &[(String, String)],
) -> Result<Response, Error> {
    if provider.is_empty() {
        return Err(Error::not_found("PROVIDER_NOT_FOUND", "There is no such provider."));
    }
    let step = waiting(context, caller, provider).await?;
    let is_of_another_step = of_step.is_some_and(|name| name != step.step);
    // The form was sent twice, or is an old one.
    if is_of_another_step || tracker(&step)?.is_some() {
        return Ok(redirect(&address(&step.provider)));
    }
    let typed = values(&read_form(&step.form_json), pairs);
    match advance(context, caller, provider, typed.clone()).await {
        Ok(Outcome::Next(next)) => Ok(match tracker(&next)? {
            Some(tracker) => leave_page(&tracker),
            None => redirect(&address(&next.provider)),
        }),
        Ok(Outcome::Integration(integration)) => Ok(done(context, integration)),
        Err(error) if !error.fields.is_empty() => Ok(form_page(&step, Some(&typed), &error.fields)),
        Err(error) => Err(error),
    }
}

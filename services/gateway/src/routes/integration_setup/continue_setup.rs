use axum::extract::State;
use axum::response::Response;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync::advance_response::Outcome;
use serde_json::{Map, Value};

use super::in_browser::{
    PATH, address, advance, described, done, form_page, redirect, refused, tracker, waiting,
};
use super::person::Person;
use crate::api::access::one_of;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::routes::integrations::WRITERS;

pub(super) fn operation() -> Operation {
    described(get("continue_setup", PATH, continue_setup))
        .does("Show the step of a setup that waits, or come back from the tracker")
        .by(one_of(WRITERS).in_session())
}

/// A query answers the step that waits only if that step sent the browser to the tracker. Its provider recognizes the tracker's
/// answer. A form is sent by POST, which pages of other sites cannot do in the name of a user.
async fn continue_setup(
    State(context): State<Context>,
    params: Params,
    query: Query,
    person: Person,
) -> Response {
    let provider = params.provider().unwrap_or_default();
    match go_on(&context, &person.caller, &provider, &query).await {
        Ok(response) => response,
        Err(error) => refused(&context, &person, &address(&provider), error),
    }
}

async fn go_on(context: &Context, caller: &Caller, provider: &str, query: &Query) -> Result<Response, Error> {
    if provider.is_empty() {
        return Err(Error::not_found("PROVIDER_NOT_FOUND", "There is no such provider."));
    }
    let step = waiting(context, caller, provider).await?;
    let Some(tracker) = tracker(&step)? else { return Ok(form_page(&step, None, &[])) };
    let answer: Map<String, Value> =
        query.names().map(|name| (name.to_owned(), query.get(name).unwrap_or_default().into())).collect();
    if answer.is_empty() {
        return Ok(redirect(tracker.as_str()));
    }
    Ok(match advance(context, caller, provider, answer).await? {
        // The address loses the tracker's answer.
        Outcome::Next(next) => redirect(&address(&next.provider)),
        Outcome::Integration(integration) => done(context, integration),
    })
}

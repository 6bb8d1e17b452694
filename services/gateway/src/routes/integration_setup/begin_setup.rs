use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync::{InitializeRequest, SetupStep};
use patchbay_rpc::request_as;

use super::in_browser::{address, described, redirect, refused};
use super::person::Person;
use crate::api::access::one_of;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    let path = "/organizations/{organization}/integrations/{provider}/setup/";
    described(get("begin_setup", path, begin_setup))
        .does("Start the setup of an integration in a browser")
        .by(one_of(WRITERS).in_session())
}

/// The setup goes on at another address, so that reloading the page does not start it anew.
async fn begin_setup(State(context): State<Context>, params: Params, uri: Uri, person: Person) -> Response {
    match begin(&context, &person.caller, &params).await {
        Ok(step) => redirect(&address(&step.provider)),
        Err(error) => refused(&context, &person, uri.path(), error),
    }
}

async fn begin(context: &Context, caller: &Caller, params: &Params) -> Result<SetupStep, Error> {
    let message = InitializeRequest {
        organization: params.organization()?,
        provider: params.provider()?,
        ..Default::default()
    };
    let mut request = request_as(caller, message);
    request.set_timeout(context.config.request_timeout);
    context.services.setup().initialize(request).await.answer()
}

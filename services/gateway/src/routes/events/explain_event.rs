use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, Error, ErrorKind, Scope};
use patchbay_proto::event_fanout::ExplainRequest;
use patchbay_proto::tracker::GetOrganizationRequest;
use patchbay_rpc::{request, request_as};

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::explained_event::ExplainedEventJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("explain_event", "/api/0/organizations/{organization}/events/{event}/explain/", explain_event)
        .does("Explain the outcome of an event at each installation")
        .by(one_of(&[Scope::OrgWrite, Scope::OrgAdmin]).and_each_app())
        .answers::<ExplainedEventJson>(200)
}

async fn explain_event(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ExplainedEventJson>> {
    let event_id = params.event()?;
    let organization_id = organization(&context, &caller, params.organization()?).await?;
    let message = ExplainRequest { event_id, organization_id };
    let answer = context.services.events().explain(request_as(&caller, message)).await.answer()?;
    Ok(Json(answer.into()))
}

/// The id of the organization. A caller who does not belong to it gets the same refusal whether it exists or not. The gateway asks in
/// its own name, because an app needs no scope to explain its part of an event.
async fn organization(context: &Context, caller: &Caller, named: String) -> Result<i64, Error> {
    let lookup = request(GetOrganizationRequest { organization: named });
    match context.services.directory().get_organization(lookup).await.answer() {
        Ok(found) if caller.scopes_in(found.id).is_some() => Ok(found.id),
        Err(error) if error.kind != ErrorKind::NotFound || caller.sees_every_organization() => Err(error),
        _ => Err(Error::permission_denied()),
    }
}

use axum::Json;
use axum::extract::State;
use patchbay_domain::Scope;
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
    let lookup = request(GetOrganizationRequest { organization: params.organization()? });
    let organization_id = context.services.directory().get_organization(lookup).await.answer()?.id;
    let message = ExplainRequest { event_id, organization_id };
    let answer = context.services.events().explain(request_as(&caller, message)).await.answer()?;
    Ok(Json(answer.into()))
}

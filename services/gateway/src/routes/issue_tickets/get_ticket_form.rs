use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::GetFormRequest;
use patchbay_rpc::request_as;

use super::refusal::empty_if_unknown;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, required};
use crate::api::scopes::EVENT_READERS;
use crate::context::Context;
use crate::json::issue_integration::TicketFormJson;
use crate::routes::integrations::chosen::chosen;
use patchbay_edge::answer::Answer;

const ASKED: &[Field] = &[required("action", Kind::Choice(&["link", "create"]))];

pub(super) fn operation() -> Operation {
    described(get("get_ticket_form", "/api/0/issues/{issue}/integrations/{integration}/", get_ticket_form))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Read the form to create a ticket for an issue, or to link one")
        .by(one_of(EVENT_READERS).and_apps())
        .asks(ASKED)
        .answers::<TicketFormJson>(200)
}

/// Further parameters are what was chosen in the form so far.
pub(super) async fn get_ticket_form(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Json<TicketFormJson>> {
    let action = query.get("action").unwrap_or_default().to_owned();
    let message = GetFormRequest {
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        integration: params.named_integration(),
        action: action.clone(),
        chosen_json: chosen(&query),
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let integration = context.services.links().get_form(request).await.answer().map_err(empty_if_unknown)?;
    Ok(Json(TicketFormJson::new(integration, &action)))
}

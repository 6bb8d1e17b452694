use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::GetIntegrationRequest;
use patchbay_rpc::request_as;

use super::READERS;
use super::chosen::chosen;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::integration::IntegrationJson;
use patchbay_edge::answer::Answer;

const ASKED: &[Field] = &[optional("action", Kind::Text)];

pub(super) fn operation() -> Operation {
    get("get_integration", "/api/0/organizations/{organization}/integrations/{integration}/", get_integration)
        .does("Read an integration with its settings, or with the form of a new ticket")
        .by(one_of(READERS).and_apps())
        .asks(ASKED)
        .answers::<IntegrationJson>(200)
}

/// With `action=create` the answer has the form of a new ticket, for alert rules. Further parameters are what was chosen in it.
async fn get_integration(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Json<IntegrationJson>> {
    let for_new_ticket = query.get("action") == Some("create");
    let message = GetIntegrationRequest {
        organization: params.organization()?,
        id: params.integration()?,
        for_new_ticket,
        chosen_json: if for_new_ticket { chosen(&query) } else { Vec::new() },
    };
    let mut request = request_as(&caller, message);
    request.set_timeout(context.config.request_timeout);
    let integration = context.services.integrations().get_integration(request).await.answer()?;
    Ok(Json(IntegrationJson::with_form(integration, for_new_ticket)))
}

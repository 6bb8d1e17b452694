use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::issue_sync::ListIntegrationsRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::integration::IntegrationJson;
use patchbay_edge::answer::Answer;

const FILTER: &[Field] = &[
    optional("providerKey", Kind::Text),
    optional("provider_key", Kind::Text),
    optional("features", Kind::Texts),
    optional("includeConfig", Kind::Text),
    optional("integrationType", Kind::Text),
];

pub(super) fn operation() -> Operation {
    get("list_integrations", "/api/0/organizations/{organization}/integrations/", list_integrations)
        .does("List the integrations of an organization")
        .by(one_of(READERS).and_apps())
        .asks(FILTER)
        .paged()
        .lists::<IntegrationJson>()
}

/// By name. With `includeConfig=0` no tracker is asked.
async fn list_integrations(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let text = |name| query.get(name).unwrap_or_default().to_owned();
    let provider_key = query.get("providerKey").or_else(|| query.get("provider_key"));
    let message = ListIntegrationsRequest {
        organization: params.organization()?,
        provider_key: provider_key.unwrap_or_default().to_owned(),
        features: query.get_all("features"),
        integration_type: text("integrationType"),
        with_config: query.get("includeConfig") != Some("0"),
        offset: paging.offset(),
        limit: paging.size(),
    };
    let mut request = request_as(&caller, message);
    // Trackers are asked for the forms.
    request.set_timeout(context.config.request_timeout);
    let answer = context.services.integrations().list_integrations(request).await.answer()?;
    Ok(paging.list(answer.has_more, answer.integrations.into_iter().map(IntegrationJson::from)))
}

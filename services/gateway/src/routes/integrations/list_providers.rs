use axum::Json;
use axum::extract::State;
use patchbay_proto::issue_sync::ListProvidersRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::provider::{ProviderJson, ProvidersJson};
use patchbay_edge::answer::Answer;

const FILTER: &[Field] = &[optional("provider_key", Kind::Text)];

pub(super) fn operation() -> Operation {
    get("list_providers", "/api/0/organizations/{organization}/config/integrations/", list_providers)
        .does("List the providers that an organization may connect")
        .by(one_of(READERS).and_apps())
        .asks(FILTER)
        .answers::<ProvidersJson>(200)
}

async fn list_providers(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    query: Query,
) -> Result<Json<ProvidersJson>> {
    let organization = params.organization()?;
    let provider_key = query.get("provider_key").unwrap_or_default().to_owned();
    let message = ListProvidersRequest { organization: organization.clone(), provider_key };
    let listed =
        context.services.integrations().list_providers(request_as(&caller, message)).await.answer()?;
    let providers = listed.providers.into_iter().map(|provider| ProviderJson::new(provider, &organization));
    Ok(Json(ProvidersJson { providers: providers.collect() }))
}

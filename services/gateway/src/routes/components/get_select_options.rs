use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_domain::component_url::{NO_PATH, is_path};
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_rpc::{request, request_as};
use serde_json::{Map, Value};

use super::INSTALLATION_READERS;
use super::project_slug::project_slug;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional, required};
use crate::apps::call::patience;
use crate::apps::options_cache::Question;
use crate::apps::select_options::fetch;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get(
        "get_select_options",
        "/api/0/sentry-app-installations/{installation}/external-requests/",
        get_select_options,
    )
    .does("Ask the app for the options of a select field")
    .by(one_of(INSTALLATION_READERS).and_the_app())
    .asks(&[
        required("uri", Kind::Text),
        optional("projectId", Kind::Integer),
        optional("query", Kind::Text),
        optional("dependentData", Kind::Text),
    ])
    .answers_json(200)
    .refuses(502)
}

/// The options of a select field, from the app.
async fn get_select_options(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<Map<String, Value>>> {
    let message = GetInstallationRequest { uuid: params.installation()? };
    let installation =
        context.services.installations().get_installation(request_as(&caller, message)).await.answer()?;
    let uri = query.get("uri").unwrap_or_default().to_owned();
    if !is_path(&uri) {
        return Err(Error::field("uri", NO_PATH).into());
    }
    let organization = installation.organization_id.to_string();
    // An app may not be able to read projects; teams can limit the projects of a user.
    let in_name_of = |message| match caller.user() {
        Some(_) => request_as(&caller, message),
        None => request(message),
    };
    let project_slug = project_slug(&context, &query, organization, in_name_of).await?;
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let question =
        Question { uri, project_slug, query: given("query"), dependent_data: given("dependentData") };
    Ok(Json(fetch(&context, &installation, question, patience(&context)).await?))
}

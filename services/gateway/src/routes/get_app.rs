use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{App, GetAppRequest};
use patchbay_rpc::request_as;
use serde_json::json;

use crate::authenticate::Authenticated;
use crate::error::{Failure, Result};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::AppJson;
use crate::params::Params;

/// `GET /api/0/sentry-apps/{app}/`
pub(crate) async fn get_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<AppJson>> {
    let app = fetch(&gateway, &caller, params.app()?).await?;
    Ok(Json(AppJson::new(app, gateway.config.base_url())))
}

/// The app as the caller may see it.
pub(super) async fn fetch(gateway: &Gateway, caller: &Caller, app: String) -> Result<App> {
    let request = request_as(caller, GetAppRequest { app });
    let answer = gateway.services.apps().get_app(request).await.answer();
    answer.map_err(|error| refusal(error, caller))
}

/// Sentry tells a user of which organizations they are when they ask for an app of another one.
pub(super) fn refusal(error: Error, caller: &Caller) -> Failure {
    let is_foreign = error.reason == "NOT_IN_OWNER_ORGANIZATION";
    let failure = Failure::from(error);
    match caller.user() {
        Some(user) if is_foreign => {
            let slugs: Vec<_> = user.memberships.iter().map(|member| &member.organization_slug).collect();
            failure.with_context(json!({ "user_organizations": slugs }))
        }
        _ => failure,
    }
}

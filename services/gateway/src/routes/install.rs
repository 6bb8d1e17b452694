use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::InstallRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::installation::InstallationJson;
use crate::params::Params;

/// `POST /api/0/organizations/{organization}/sentry-app-installations/`: installs an app; 200 for a new
/// installation as for one that is there.
pub(crate) async fn install(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<InstallationJson>> {
    let message =
        InstallRequest { organization: params.organization()?, app_slug: fields.required_text("slug") };
    fields.finish()?;
    let request = request_as(&caller, message);
    let installation = gateway.services.installations().install(request).await.answer()?;
    Ok(Json(installation.into()))
}

use axum::Json;
use axum::extract::State;

use super::get_app::fetch;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::feature::FeatureJson;
use crate::params::Params;

/// `GET /api/0/sentry-apps/{app}/features/`
pub(crate) async fn list_app_features(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<FeatureJson>>> {
    let app = fetch(&gateway, &caller, params.app()?).await?;
    Ok(Json(app.features.into_iter().map(FeatureJson::from).collect()))
}

use axum::Json;
use axum::extract::State;

use super::READERS;
use super::get_app::fetch;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::feature::FeatureJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("list_app_features", "/api/0/sentry-apps/{app}/features/", list_app_features)
        .does("List what an app is good for")
        .by(one_of(READERS).and_staff())
        .lists::<FeatureJson>()
}

async fn list_app_features(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<FeatureJson>>> {
    let app = fetch(&gateway, &caller, params.app()?).await?;
    Ok(Json(app.features.into_iter().map(FeatureJson::from).collect()))
}

use axum::Json;
use axum::extract::State;

use super::READERS;
use super::get_app::fetch;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::feature::FeatureJson;

pub(super) fn operation() -> Operation {
    get("list_app_features", "/api/0/sentry-apps/{app}/features/", list_app_features)
        .does("List what an app is good for")
        .by(one_of(READERS).and_staff())
        .lists::<FeatureJson>()
}

async fn list_app_features(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<FeatureJson>>> {
    let app = fetch(&context, &caller, params.app()?).await?;
    Ok(Json(app.features.into_iter().map(FeatureJson::from).collect()))
}

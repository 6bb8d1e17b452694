use patchbay_proto::installation::Feature;
use serde::Serialize;
use utoipa::ToSchema;

/// A feature of an app.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Feature)]
pub(crate) struct FeatureJson {
    feature_id: i32,
    feature_gate: String,
    description: String,
}

impl From<Feature> for FeatureJson {
    fn from(feature: Feature) -> Self {
        Self { feature_id: feature.id, feature_gate: feature.gate, description: feature.description }
    }
}

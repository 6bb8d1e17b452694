use axum::Json;
use serde_json::{Value, json};

/// `GET /healthz`: this process answers. Whether the services behind it do stands on the admin port.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

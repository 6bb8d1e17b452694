use axum::Json;
use serde_json::{Value, json};

use crate::api::access::ANYONE;
use crate::api::operation::{Operation, get};

pub(super) fn operation() -> Operation {
    // A load balancer that is refused takes the gateway out of service, so wrong tokens from its network must not count here.
    get("health", "/healthz", health)
        .does("Check that this process answers")
        .by(ANYONE)
        .unlimited()
        .answers_json(200)
}

/// This process answers. The admin port reports whether the services behind it do.
async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

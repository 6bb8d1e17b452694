use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Error;
use patchbay_proto::installation::InstallRequest;
use patchbay_rpc::request_as;
use serde_json::json;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::{Failure, Result};
use crate::api::key::{RequestBody, request_body, required_text};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::installation::InstallationJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// The app to install.
    NewInstallation {
        slug: String = required_text("slug"),
    }
}

pub(super) fn operation() -> Operation {
    post("install", "/api/0/organizations/{organization}/sentry-app-installations/", install)
        .does("Install an app")
        .by(one_of(WRITERS))
        .takes::<NewInstallation>()
        .answers::<InstallationJson>(200)
        // Sentry answers an unknown app with an empty body. Those who see every organization get the usual text for an unknown one.
        .answers_nothing(404)
}

/// 200 for a new installation as for an existing one.
async fn install(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<InstallationJson>> {
    let organization = params.organization()?;
    let message = InstallRequest { organization, app_slug: NewInstallation::read(fields)?.slug };
    let request = request_as(&caller, message);
    let installation = context.services.installations().install(request).await.answer().map_err(refusal)?;
    Ok(Json(installation.into()))
}

/// Sentry lists the missing features beside the message.
fn refusal(error: Error) -> Failure {
    if error.reason != "FEATURES_MISSING" {
        return error.into();
    }
    let missing: Vec<_> = error.fields.iter().flat_map(|violation| &violation.messages).collect();
    let failure = Failure::new(StatusCode::FORBIDDEN, "FEATURES_MISSING", &error.message);
    failure.with("missing_features", json!(missing))
}

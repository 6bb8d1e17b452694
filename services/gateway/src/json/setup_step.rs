//! A step of the setup of an integration.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use patchbay_proto::issue_sync::advance_response::Outcome;
use patchbay_proto::issue_sync::{AdvanceResponse, SetupStep};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::integration::IntegrationJson;

/// A step that waits for an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = SetupStep)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetupStepJson {
    step: String,
    step_index: i32,
    total_steps: i32,
    provider: String,
    /// For example `{"oauthUrl":"https://…"}`.
    #[schema(value_type = Object)]
    data: Value,
}

/// The answer to the fields of a step.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub(crate) enum AdvancedJson {
    Advance {
        #[serde(flatten)]
        step: SetupStepJson,
    },
    Complete {
        data: Box<IntegrationJson>,
    },
}

/// A step that failed and can be answered again.
pub(crate) struct StepFailedJson {
    detail: String,
}

impl StepFailedJson {
    pub(crate) fn new(detail: String) -> Self {
        Self { detail }
    }
}

impl IntoResponse for StepFailedJson {
    fn into_response(self) -> Response {
        let body = json!({ "status": "error", "data": { "detail": self.detail } });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

impl From<SetupStep> for SetupStepJson {
    fn from(step: SetupStep) -> Self {
        Self {
            step: step.step,
            step_index: step.step_index,
            total_steps: step.total_steps,
            provider: step.provider,
            data: serde_json::from_slice(&step.data_json).unwrap_or_else(|_| json!({})),
        }
    }
}

impl From<AdvanceResponse> for AdvancedJson {
    fn from(advanced: AdvanceResponse) -> Self {
        match advanced.outcome.unwrap_or(Outcome::Next(SetupStep::default())) {
            Outcome::Next(step) => Self::Advance { step: step.into() },
            Outcome::Integration(integration) => Self::Complete { data: Box::new(integration.into()) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_written_as_the_contract_says() {
        let step = SetupStep {
            step: "installation_config".to_owned(),
            total_steps: 2,
            provider: "jira_server".to_owned(),
            ..Default::default()
        };
        let advanced = AdvanceResponse { outcome: Some(Outcome::Next(step)) };
        let expected = r#"{"status":"advance","step":"installation_config","stepIndex":0,"totalSteps":2,"provider":"jira_server","data":{}}"#;
        assert_eq!(serde_json::to_string(&AdvancedJson::from(advanced)).unwrap(), expected);
    }
}

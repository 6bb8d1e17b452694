//! A request to publish an app.

use patchbay_proto::installation::PublicationRequest;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::feature::FeatureJson;
use super::time;

/// A request that waits for a reviewer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PublicationRequest)]
pub(crate) struct PublicationRequestJson {
    /// To be sent with the decision, as `requestId`.
    id: String,
    app: RequestedApp,
    requester: Requester,
    questionnaire: Vec<Answered>,
    date_requested: Option<String>,
}

/// The app as it would be published.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct RequestedApp {
    id: i64,
    slug: String,
    name: String,
    organization: String,
    author: Option<String>,
    overview: Option<String>,
    scopes: Vec<String>,
    webhook_events: Vec<String>,
    webhook_url: Option<String>,
    redirect_url: Option<String>,
    allowed_origins: Vec<String>,
    is_alertable: bool,
    verify_install: bool,
    schema: Value,
    feature_data: Vec<FeatureJson>,
}

#[derive(Serialize, ToSchema)]
struct Requester {
    id: i64,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct Answered {
    question: String,
    answer: String,
}

impl From<PublicationRequest> for PublicationRequestJson {
    fn from(request: PublicationRequest) -> Self {
        let answered = request.questionnaire.into_iter();
        let app = request.app.unwrap_or_default();
        Self {
            id: request.id.to_string(),
            app: RequestedApp {
                id: request.app_id,
                slug: request.app_slug,
                name: request.app_name,
                organization: request.organization_slug,
                author: app.author,
                overview: app.overview,
                scopes: app.scopes,
                webhook_events: app.events,
                webhook_url: app.webhook_url,
                redirect_url: app.redirect_url,
                allowed_origins: app.allowed_origins,
                is_alertable: app.is_alertable,
                verify_install: app.verify_install,
                schema: serde_json::from_str(&app.schema_json).unwrap_or_else(|_| json!({})),
                feature_data: app.features.into_iter().map(Into::into).collect(),
            },
            requester: Requester { id: request.requester_id, name: request.requester_name },
            questionnaire: answered
                .map(|entry| Answered { question: entry.question, answer: entry.answer })
                .collect(),
            date_requested: request.requested_at.as_ref().and_then(time::iso),
        }
    }
}

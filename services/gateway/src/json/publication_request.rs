//! A request to publish an app.

use patchbay_proto::installation::PublicationRequest;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A request that waits for a reviewer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PublicationRequest)]
pub(crate) struct PublicationRequestJson {
    app: RequestedApp,
    requester: Requester,
    questionnaire: Vec<Answered>,
    date_requested: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RequestedApp {
    id: i64,
    slug: String,
    name: String,
    organization: String,
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
        Self {
            app: RequestedApp {
                id: request.app_id,
                slug: request.app_slug,
                name: request.app_name,
                organization: request.organization_slug,
            },
            requester: Requester { id: request.requester_id, name: request.requester_name },
            questionnaire: answered
                .map(|entry| Answered { question: entry.question, answer: entry.answer })
                .collect(),
            date_requested: request.requested_at.as_ref().and_then(time::iso),
        }
    }
}

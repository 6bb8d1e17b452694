//! One attempt to deliver a webhook. Camel and snake case stand side by side in Sentry's own answer.

use std::collections::BTreeMap;

use patchbay_proto::tracker::Organization;
use patchbay_proto::webhook_sender::Request;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// One attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookRequest)]
pub(crate) struct WebhookRequestJson {
    #[serde(rename = "webhookUrl")]
    webhook_url: String,
    #[serde(rename = "sentryAppSlug")]
    app_slug: String,
    #[serde(rename = "eventType")]
    event_type: String,
    date: Option<String>,
    #[serde(rename = "responseCode")]
    response_code: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<OrganizationJson>,
    /// The error event and the project that the app named in its answer, if it named both.
    #[serde(skip_serializing_if = "Option::is_none")]
    project_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_id: Option<String>,
    #[serde(flatten)]
    failure: Option<FailureJson>,
    #[serde(flatten)]
    more: Option<MoreJson>,
}

/// Details that Sentry does not have, on request (`full`). Other answers lack them, so none is required.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookRequestDetails)]
#[serde(rename_all = "camelCase")]
struct MoreJson {
    #[schema(required = false)]
    delivery_id: String,
    #[schema(required = false)]
    installation_uuid: String,
    #[schema(required = false)]
    attempt: i32,
    #[schema(required = false)]
    sequence: i64,
    #[schema(required = false)]
    duration_ms: i32,
    /// Why there was no answer.
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookOrganization)]
struct OrganizationJson {
    name: String,
    id: i64,
    slug: String,
}

/// The request and the response; present for failures only, so none is required.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookFailure)]
struct FailureJson {
    #[schema(required = false)]
    request_body: String,
    #[schema(required = false)]
    request_headers: BTreeMap<String, String>,
    #[schema(required = false)]
    response_body: String,
}

impl WebhookRequestJson {
    pub(crate) fn new(
        request: Request,
        app_slug: &str,
        organization: Option<&Organization>,
        full: bool,
    ) -> Self {
        let tells_bodies = full || !(200..300).contains(&request.response_code);
        let app_error =
            request.app_error.and_then(|named| Some((named.project_id.parse().ok()?, named.error_id)));
        let (project_id, error_id) = app_error.unzip();
        Self {
            webhook_url: request.webhook_url,
            app_slug: app_slug.to_owned(),
            event_type: request.event_type,
            date: request.started_at.as_ref().and_then(time::spaced),
            response_code: request.response_code,
            organization: organization.map(|organization| OrganizationJson {
                name: organization.name.clone(),
                id: organization.id,
                slug: organization.slug.clone(),
            }),
            project_id,
            error_id,
            more: full.then(|| MoreJson {
                delivery_id: request.delivery_id,
                installation_uuid: request.installation_uuid,
                attempt: request.attempt,
                sequence: request.sequence,
                duration_ms: request.duration_ms,
                error: Some(request.error).filter(|error| !error.is_empty()),
            }),
            failure: tells_bodies.then(|| FailureJson {
                request_body: request.request_body,
                request_headers: request.request_headers.into_iter().collect(),
                response_body: request.response_body,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    fn request(response_code: i32) -> Request {
        Request {
            webhook_url: "https://example.com/hook".into(),
            event_type: "issue.created".into(),
            started_at: Some(Timestamp { seconds: 1_786_849_394, nanos: 123_456_000 }),
            response_code,
            organization_id: 7,
            request_headers: [("Request-ID".to_owned(), "1".to_owned())].into(),
            request_body: "{}".into(),
            response_body: "no".into(),
            ..Request::default()
        }
    }

    fn text(request: Request, organization: Option<&Organization>) -> String {
        serde_json::to_string(&WebhookRequestJson::new(request, "acme", organization, false)).unwrap()
    }

    #[test]
    fn a_failed_attempt_is_shown_with_its_request_and_response() {
        let organization =
            Organization { id: 7, slug: "org".into(), name: "Org".into(), ..Default::default() };
        let expected = concat!(
            r#"{"webhookUrl":"https://example.com/hook","sentryAppSlug":"acme","eventType":"issue.created","#,
            r#""date":"2026-08-16 03:03:14.123456+00:00","responseCode":500,"#,
            r#""organization":{"name":"Org","id":7,"slug":"org"},"#,
            r#""request_body":"{}","request_headers":{"Request-ID":"1"},"response_body":"no"}"#,
        );
        assert_eq!(text(request(500), Some(&organization)), expected);
        assert!(text(request(0), None).contains("request_headers"), "no answer is a failure");
    }

    #[test]
    fn a_successful_attempt_of_an_internal_app_has_five_keys() {
        let expected = concat!(
            r#"{"webhookUrl":"https://example.com/hook","sentryAppSlug":"acme","eventType":"issue.created","#,
            r#""date":"2026-08-16 03:03:14.123456+00:00","responseCode":200}"#,
        );
        assert_eq!(text(request(200), None), expected);
    }
}

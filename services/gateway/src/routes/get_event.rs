use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetEventRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::params::Params;

/// `GET /api/0/projects/{organization}/{project}/events/{event}/`
pub(crate) async fn get_event(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetEventRequest {
        event_id: params.error()?,
        organization: params.organization()?,
        project: params.project()?,
        ..Default::default()
    };
    let event = gateway.services.issues().get_event(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, event.detail_json))
}

/// `GET /api/0/issues/{issue}/events/{event}/`, also below an organization; `latest` and `oldest` are events too.
pub(crate) async fn get_issue_event(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let message = GetEventRequest {
        event_id: params.error()?,
        issue_id: params.issue()?,
        organization: params.organization_or_any()?,
        ..Default::default()
    };
    let event = gateway.services.issues().get_event(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::OK, event.detail_json))
}

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::GetEventRequest;
use patchbay_rpc::request_as;

use super::EVENT_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::document;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_event", "/api/0/projects/{organization}/{project}/events/{event}/", get_event)
        .does("Read an error")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_json(200)
}

async fn get_event(
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

use std::time::Duration;

use patchbay_domain::component_url::component_url;
use patchbay_domain::{Caller, Error, Result};
use patchbay_egress::Method;
use patchbay_proto::webhook_sender::{CallMethod, CallRequest, CallResponse};

use super::find_app::find_app;
use crate::context::Context;
use crate::sending::component::ComponentCall;

pub(super) async fn call(context: &Context, caller: &Caller, request: CallRequest) -> Result<CallResponse> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let endpoint = find_app(context, &request.app)?;
    if endpoint.is_disabled {
        return Err(Error::invalid("APP_DISABLED", "The app is disabled."));
    }
    let missing = || Error::invalid("WEBHOOK_URL_MISSING", "Sentry app webhook_url is not configured");
    let destination = endpoint.destination.clone().ok_or_else(missing)?;
    let pairs: Vec<_> = request.query.into_iter().map(|pair| (pair.name, pair.value)).collect();
    let method = match CallMethod::try_from(request.method) {
        Ok(CallMethod::Get) => Method::GET,
        _ => Method::POST,
    };
    if method == Method::GET && !request.body.is_empty() {
        return Err(Error::field("body", "A GET has none."));
    }
    let event = request.event_type.split_once('.').filter(|(_, action)| !action.contains('.'));
    let event = event.ok_or_else(|| Error::field("event_type", "This is not an event type."))?;
    let call = ComponentCall {
        app_id: endpoint.app_id,
        organization_id: request.organization_id,
        installation_id: request
            .installation_uuid
            .parse()
            .map_err(|_| Error::field("installation_uuid", "This is not a UUID."))?,
        event: (event.0.to_owned(), event.1.to_owned()),
        method,
        url: component_url(&destination.url, &request.uri, &pairs)?,
        body: request.body,
        timeout: u64::try_from(request.timeout_ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis),
    };
    Ok(match context.components.call(call, &destination).await? {
        Ok(response) => CallResponse {
            response_code: response.status.into(),
            error: String::new(),
            body: response.body,
            truncated: response.truncated,
            duration_ms: milliseconds(response.elapsed),
        },
        Err(error) => CallResponse {
            response_code: 0,
            error: error.cause.code().to_owned(),
            duration_ms: milliseconds(error.elapsed),
            ..CallResponse::default()
        },
    })
}

fn milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}

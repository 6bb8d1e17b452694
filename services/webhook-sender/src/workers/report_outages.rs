use std::time::Duration;

use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::installation::ReportOutageRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_rpc::{request, status, timestamp};
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::outages::{Outage, mark_reported, unreported};

const EVERY: Duration = Duration::from_secs(2);

/// Reports open breakers to the installation service, which notifies the creator of the app by mail, until a stop is requested.
pub(crate) async fn report_outages(context: Context) {
    loop {
        tokio::select! {
            () = context.stop.requested() => return,
            result = report_all(&context) => {
                if let Err(error) = result {
                    tracing::warn!(reason = %error.reason, "open breakers could not be reported; the next attempt is in 2 s");
                }
            }
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, EVERY) => {}
        }
    }
}

async fn report_all(context: &Context) -> Result<(), Error> {
    for outage in unreported(&context.db).await? {
        match report(context, &outage).await {
            Err(error) if error.kind == ErrorKind::NotFound => {}
            reported => reported?,
        }
        mark_reported(&context.db, &outage).await?;
    }
    Ok(())
}

async fn report(context: &Context, outage: &Outage) -> Result<(), Error> {
    let message = ReportOutageRequest {
        app: outage.app_id.to_string(),
        since: Some(timestamp::to_wire(outage.broken_since)),
        failure: outage.last_failure.clone().unwrap_or_default(),
    };
    let answer = AppRegistryClient::new(context.installations.clone()).report_outage(request(message)).await;
    answer.map(drop).map_err(|refused| status::to_error(&refused))
}

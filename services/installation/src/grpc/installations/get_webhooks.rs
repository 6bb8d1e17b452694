use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::webhooks_state::webhooks_state;
use crate::context::Context;
use crate::domain::suspension::access;

pub(super) async fn get_webhooks(
    context: &Context,
    caller: &Caller,
    request: proto::GetWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_read_webhooks(caller, &installation)?;
    Ok(webhooks_state(&installation))
}

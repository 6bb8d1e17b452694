use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{PostBrokenIntegrationRequest, PostBrokenIntegrationResponse};

use crate::context::Context;
use crate::domain::mail::{BrokenIntegration, broken_integration};

const MAX_RECIPIENTS: usize = 100;

pub(super) async fn post_broken_integration(
    context: &Context,
    caller: &Caller,
    request: PostBrokenIntegrationRequest,
) -> Result<PostBrokenIntegrationResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    if !(1..=MAX_RECIPIENTS).contains(&request.recipients.len()) {
        let message = format!("A mail has from 1 to {MAX_RECIPIENTS} recipients.");
        return Err(Error::field("recipients", message));
    }
    let broken = BrokenIntegration {
        id: request.integration_id,
        name: &request.integration_name,
        provider_name: &request.provider_name,
        organization_slug: &request.organization_slug,
        organization_name: &request.organization_name,
        problem: &request.problem,
        hint: &request.hint,
    };
    let mails = broken_integration(&broken, &request.recipients, context.mail.base_url());
    let mut tx = context.db.begin().await?;
    context.mail.add(&mut tx, mails).await?;
    tx.commit().await?;
    context.mail.wake_worker();
    Ok(PostBrokenIntegrationResponse {})
}

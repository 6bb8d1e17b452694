use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp;

use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::App;
use crate::domain::mail::endpoint_failing;
use crate::domain::suspension;
use crate::domain::suspension::access::MAIL_INTERVAL;
use crate::store::outage_mail;

/// Without a recipient the mail is not sent later: the next outage is reported, too.
pub(super) async fn report_outage(
    context: &Context,
    caller: &Caller,
    request: proto::ReportOutageRequest,
) -> Result<proto::ReportOutageResponse, Error> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let app = find_app(context, caller, &request.app).await?;
    // Its owners are notified of that already.
    if app.disabled.is_some() {
        return Ok(proto::ReportOutageResponse {});
    }
    let Some(recipient) = recipient(context, &app).await? else {
        return Ok(proto::ReportOutageResponse {});
    };
    let now = context.clock.now();
    let since = request.since.as_ref().and_then(timestamp::from_wire).unwrap_or(now);
    let failure = suspension::cause(&request.failure, "");

    let mut tx = context.db.begin().await?;
    if outage_mail::note(&mut tx, app.id, now, now - MAIL_INTERVAL).await? {
        let mails = endpoint_failing(&app, &recipient, since, &failure, context.mail.base_url());
        context.mail.add(&mut tx, mails).await?;
        tx.commit().await?;
        context.mail.wake_worker();
    }
    Ok(proto::ReportOutageResponse {})
}

/// The address of the user who registered the app, if they are still an active member of its owner; otherwise of an owner.
async fn recipient(context: &Context, app: &App) -> Result<Option<String>, Error> {
    let organization = app.owner.id;
    if let Some(creator) = outage_mail::creator(&context.db, app.id).await?
        && let Some(address) = context.directory.member(organization, creator).await?
    {
        return Ok(Some(address));
    }
    Ok(context.directory.owners(organization).await?.into_iter().next())
}

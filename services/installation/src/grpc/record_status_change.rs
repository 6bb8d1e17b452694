use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};

use crate::context::Context;
use crate::domain::app::{App, AppStatus};
use crate::domain::mail::publication_decided;
use crate::outbox::audit;
use crate::store::publication_requests;

/// Records a change of an app from `app.status` to `to`: decides a pending publication request, mails its requester and
/// writes to the audit log of the owner. Commit with [`Context::commit_and_send_mail`].
pub(super) async fn record_status_change(
    context: &Context,
    caller: &Caller,
    tx: &mut Tx,
    app: &App,
    to: AppStatus,
    note: &str,
) -> Result<(), Error> {
    let now = context.clock.now();
    let is_approved = to == AppStatus::Published;
    let was_requested = app.status == AppStatus::PublishRequestInProgress;
    let event = match (is_approved, was_requested) {
        (true, _) => AuditEvent::SentryAppPublish,
        (false, true) => AuditEvent::SentryAppPublishReject,
        (false, false) => AuditEvent::SentryAppEdit,
    };
    let entry = audit::of_app(event, app, caller, now).detail("status", to.as_str());
    tx.outbox(entry.into_message()).await?;
    if let Some(requester) = publication_requests::decide(tx, app.id, is_approved, note, now).await? {
        let mails = publication_decided(app, &requester, is_approved, note);
        context.mail.add(tx, mails).await?;
    }
    Ok(())
}

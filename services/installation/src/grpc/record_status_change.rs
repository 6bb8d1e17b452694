use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};

use crate::audit;
use crate::context::Context;
use crate::domain::app::{App, AppStatus};
use crate::domain::mail::publication_decided;
use crate::store::publish_requests;

/// What belongs to every change of an app from `app.status` to `to`, whoever makes it: a request that waited is
/// decided, who asked is told, and the audit log of the owner knows. The mail goes out with
/// [`Context::commit_and_post`].
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
    let was_asked_for = app.status == AppStatus::PublishRequestInProgress;
    let event = match (is_approved, was_asked_for) {
        (true, _) => AuditEvent::SentryAppPublish,
        (false, true) => AuditEvent::SentryAppPublishReject,
        (false, false) => AuditEvent::SentryAppEdit,
    };
    let entry = audit::of_app(event, app, caller, now).detail("status", to.as_str());
    tx.outbox(entry.into_message()).await?;
    if let Some(requester) = publish_requests::decide(tx, app.id, is_approved, note, now).await? {
        let mails = publication_decided(app, &requester, is_approved, note);
        context.post.post(tx, mails).await?;
    }
    Ok(())
}

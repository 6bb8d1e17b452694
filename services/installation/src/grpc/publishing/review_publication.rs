use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::super::apps::{app_message, app_not_found, existing};
use crate::audit;
use crate::domain::app::{App, AppStatus};
use crate::domain::mail::publication_decided;
use crate::domain::{app_access, app_status_change, publishing};
use crate::registry::Registry;
use crate::store::{apps, publish_requests, versions};

#[tracing::instrument(name = "installation.review_publication", skip_all)]
pub(super) async fn review_publication(
    registry: &Registry,
    caller: &Caller,
    request: proto::ReviewPublicationRequest,
) -> Result<proto::App, Error> {
    app_access::may_review(caller)?;
    publishing::check_note(&request.note)?;
    let id = existing(registry, caller, &request.app).await?.id;
    let to = if request.approve { AppStatus::Published } else { AppStatus::Unpublished };

    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, id).await?.ok_or_else(app_not_found)?;
    let no_request = || Error::conflict("NO_PUBLISH_REQUEST", "The app does not wait for a review.");
    if app.status != AppStatus::PublishRequestInProgress {
        return Err(no_request());
    }
    let change = app_status_change::decide(app.status, to, registry.clock.now())?.ok_or_else(no_request)?;
    apps::set_status(&mut tx, id, change).await?;
    apps::touch(&mut tx, id, version).await?;
    settle(registry, caller, &mut tx, &app, to, request.note.trim()).await?;
    registry.commit_and_post(tx).await?;
    (app.status, app.published_at) = (change.status, change.published_at);
    app_message(registry, caller, app).await
}

/// What belongs to every change of an app from `app.status` to `to`, whoever makes it: a request that waited is
/// decided, who asked is told, and the audit log of the owner knows. The mail goes out with
/// [`Registry::commit_and_post`].
pub(in crate::grpc) async fn settle(
    registry: &Registry,
    caller: &Caller,
    tx: &mut Tx,
    app: &App,
    to: AppStatus,
    note: &str,
) -> Result<(), Error> {
    let now = registry.clock.now();
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
        registry.post.post(tx, mails).await?;
    }
    Ok(())
}

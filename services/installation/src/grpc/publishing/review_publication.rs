use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use crate::context::Context;
use crate::domain::app::AppStatus;
use crate::domain::app::access;
use crate::domain::app::access::app_not_found;
use crate::domain::app::status_change;
use crate::domain::publication_request;
use crate::grpc::app_registry::{app_message, find_app};
use crate::grpc::record_status_change::record_status_change;
use crate::store::{apps, publication_requests, versions};

pub(super) async fn review_publication(
    context: &Context,
    caller: &Caller,
    request: proto::ReviewPublicationRequest,
) -> Result<proto::App, Error> {
    access::may_review(caller)?;
    publication_request::check_note(&request.note)?;
    let id = find_app(context, caller, &request.app).await?.id;
    let to = if request.approve { AppStatus::Published } else { AppStatus::Unpublished };

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut app = apps::get(&mut tx, id).await?.ok_or_else(app_not_found)?;
    let no_request = || Error::conflict("NO_PUBLISH_REQUEST", "The app does not wait for a review.");
    if app.status != AppStatus::PublishRequestInProgress {
        return Err(no_request());
    }
    let is_another = request.request_id != 0
        && publication_requests::undecided(&mut tx, id).await? != Some(request.request_id);
    if is_another {
        let message = "This request was withdrawn, and the app waits with another one. Read that first.";
        return Err(Error::conflict("PUBLISH_REQUEST_WITHDRAWN", message));
    }
    let change = status_change::decide(app.status, to, context.clock.now())?.ok_or_else(no_request)?;
    apps::set_status(&mut tx, id, change).await?;
    apps::touch(&mut tx, id, version).await?;
    record_status_change(context, caller, &mut tx, &app, to, request.note.trim()).await?;
    context.commit_and_send_mail(tx).await?;
    (app.status, app.published_at) = (change.status, change.published_at);
    app_message(context, caller, app).await
}

use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use crate::context::Context;
use crate::domain::app::AppStatus;
use crate::domain::app::access::app_not_found;
use crate::domain::app::status_change::Change;
use crate::domain::mail::publication_requested;
use crate::domain::publication_request;
use crate::domain::publication_request::PublicationRequest;
use crate::domain::publication_request::QuestionnaireEntry;
use crate::grpc::app_registry::find_app;
use crate::outbox::audit;
use crate::store::{apps, publication_requests, versions};

/// Everything is checked before anything changes, and the mail commits with the change, so a request is never incomplete.
pub(super) async fn request_publication(
    context: &Context,
    caller: &Caller,
    request: proto::RequestPublicationRequest,
) -> Result<proto::RequestPublicationResponse, Error> {
    let found = find_app(context, caller, &request.app).await?;
    let requester = publication_request::may_request(caller, &found)?;
    let entry = |entry: proto::QuestionnaireEntry| QuestionnaireEntry {
        question: entry.question,
        answer: entry.answer,
    };
    let questionnaire: Vec<_> = request.questionnaire.into_iter().map(entry).collect();
    publication_request::check_questionnaire(&questionnaire)?;
    let id = context.db.allocate_ids("publish_request", 1).await?;
    let now = context.clock.now();

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    publication_request::check(&app, publication_requests::pictures(&mut tx, app.id).await?)?;
    let change = Change { status: AppStatus::PublishRequestInProgress, published_at: None };
    apps::set_status(&mut tx, app.id, change).await?;
    apps::touch(&mut tx, app.id, version).await?;
    let entry = audit::of_app(AuditEvent::SentryAppPublishRequest, &app, caller, now);
    tx.outbox(entry.into_message()).await?;
    let request = PublicationRequest { id, app, requester, questionnaire, requested_at: now };
    publication_requests::insert(&mut tx, &request).await?;
    let mails = publication_requested(&request, context.mail.reviewers(), context.mail.base_url());
    context.mail.add(&mut tx, mails).await?;
    context.commit_and_send_mail(tx).await?;
    Ok(proto::RequestPublicationResponse {})
}

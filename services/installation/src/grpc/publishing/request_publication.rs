use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use crate::audit;
use crate::context::Context;
use crate::domain::app::AppStatus;
use crate::domain::app_access::app_not_found;
use crate::domain::app_status_change::Change;
use crate::domain::mail::publication_requested;
use crate::domain::publishing::{self, Answered, PublishRequest};
use crate::grpc::apps::find_app;
use crate::store::{apps, publish_requests, versions};

/// Everything is checked before anything changes, and mail goes out with the change: a request is never left half made.
pub(super) async fn request_publication(
    context: &Context,
    caller: &Caller,
    request: proto::RequestPublicationRequest,
) -> Result<proto::RequestPublicationResponse, Error> {
    let found = find_app(context, caller, &request.app).await?;
    let requester = publishing::may_request(caller, &found)?;
    let answered =
        |entry: proto::QuestionnaireEntry| Answered { question: entry.question, answer: entry.answer };
    let questionnaire: Vec<_> = request.questionnaire.into_iter().map(answered).collect();
    publishing::check_questionnaire(&questionnaire)?;
    let id = context.db.allocate_ids("publish_request", 1).await?;
    let now = context.clock.now();

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let app = apps::get(&mut tx, found.id).await?.ok_or_else(app_not_found)?;
    publishing::check(&app, publish_requests::pictures(&mut tx, app.id).await?)?;
    let change = Change { status: AppStatus::PublishRequestInProgress, published_at: None };
    apps::set_status(&mut tx, app.id, change).await?;
    apps::touch(&mut tx, app.id, version).await?;
    let entry = audit::of_app(AuditEvent::SentryAppPublishRequest, &app, caller, now);
    tx.outbox(entry.into_message()).await?;
    let (reviewers, base_url) = (context.post.reviewers(), context.post.base_url());
    let mails = publication_requested(&app, &requester, &questionnaire, reviewers, base_url);
    context.post.post(&mut tx, mails).await?;
    let asked = PublishRequest { id, app, requester, questionnaire, requested_at: now };
    publish_requests::insert(&mut tx, &asked).await?;
    context.commit_and_post(tx).await?;
    Ok(proto::RequestPublicationResponse {})
}

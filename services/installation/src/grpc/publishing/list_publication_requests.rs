use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::publication_request;
use crate::domain::publication_request::PublicationRequest;
use crate::domain::publication_request::QuestionnaireEntry;
use crate::grpc::app_registry::app_messages;
use crate::grpc::page::Page;
use crate::store::publication_requests;

pub(super) async fn list_publication_requests(
    context: &Context,
    caller: &Caller,
    request: proto::ListPublicationRequestsRequest,
) -> Result<proto::ListPublicationRequestsResponse, Error> {
    publication_request::may_list(caller)?;
    let fetch = |offset, limit| async move {
        let found = publication_requests::list(&context.db, offset, limit).await?;
        let apps = found.iter().map(|request| request.app.clone()).collect();
        let apps = app_messages(context, caller, apps).await?;
        Ok::<_, Error>(found.into_iter().zip(apps).map(|(request, app)| message(request, app)).collect())
    };
    let (requests, has_more) = Page::new(request.offset, request.limit).collect(fetch).await?;
    Ok(proto::ListPublicationRequestsResponse { requests, has_more })
}

fn message(request: PublicationRequest, app: proto::App) -> proto::PublicationRequest {
    let entry = |entry: QuestionnaireEntry| proto::QuestionnaireEntry {
        question: entry.question,
        answer: entry.answer,
    };
    proto::PublicationRequest {
        app_id: request.app.id,
        app_slug: request.app.slug,
        app_name: request.app.name,
        organization_slug: request.app.owner.slug,
        requester_id: request.requester.id,
        requester_name: request.requester.name,
        questionnaire: request.questionnaire.into_iter().map(entry).collect(),
        requested_at: Some(to_wire(request.requested_at)),
        id: request.id,
        app: Some(app),
    }
}

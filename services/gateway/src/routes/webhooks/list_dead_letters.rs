use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use patchbay_proto::webhook_sender::{DeadLetterFilter, ListDeadLettersRequest};
use patchbay_rpc::{request_as, timestamp};

use super::READERS;
use super::log_filter::{in_our_words, moment};
use super::next_page::{link, page_limit};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::json::dead_letter::DeadLetterJson;
use patchbay_edge::answer::Answer;

const DEAD_LETTER_QUERY: &[Field] = &[
    optional("eventType", Kind::Text),
    optional("installation", Kind::Text),
    optional("reason", Kind::Text),
    optional("start", Kind::Text),
    optional("end", Kind::Text),
];

pub(super) fn operation() -> Operation {
    get("list_dead_letters", "/api/0/sentry-apps/{app}/webhook-dead-letters/", list_dead_letters)
        .does("List webhooks that were given up")
        .by(one_of(READERS))
        .asks(DEAD_LETTER_QUERY)
        .paged()
        .lists::<DeadLetterJson>()
}

/// Sentry has no such operation.
async fn list_dead_letters(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let text = |name| query.get(name).unwrap_or_default().to_owned();
    let filter = DeadLetterFilter {
        event_type: text("eventType"),
        installation_uuid: text("installation"),
        reason: text("reason"),
        start: moment("start", query.get("start"))?.map(timestamp::to_wire),
        end: moment("end", query.get("end"))?.map(timestamp::to_wire),
    };
    let message = ListDeadLettersRequest {
        app: params.app()?,
        filter: Some(filter),
        limit: page_limit(&query)?,
        page: text("cursor"),
    };
    let answer = context.services.webhooks().list_dead_letters(request_as(&caller, message)).await.answer();
    let answer = answer.map_err(in_our_words)?;
    let path = format!("/api/0/sentry-apps/{}/webhook-dead-letters/", answer.app_slug);
    let link = link(&context, &path, &query, &answer.next_page);
    let letters: Vec<DeadLetterJson> = answer.dead_letters.into_iter().map(Into::into).collect();
    Ok((link, Json(letters)).into_response())
}

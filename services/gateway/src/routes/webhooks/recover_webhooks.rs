use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::webhook_sender::{DeadLetterFilter, RecoverRequest};
use patchbay_rpc::{request_as, timestamp};

use super::WRITERS;
use super::log_filter::{in_our_words, moment};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, flag, request_body, text, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::recovery::RecoveryJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// Which dead letters are sent again, and how fast. Without a filter, all of them.
    RecoveryBody {
        event_type: Option<String> = text_or_blank("eventType"),
        installation: Option<String> = text_or_blank("installation"),
        reason: Option<String> = text_or_blank("reason"),
        start: Option<String> = text("start"),
        end: Option<String> = text("end"),
        rate_per_second: Option<i32> = custom("ratePerSecond", Kind::Integer, rate),
        dry_run: bool = flag("dryRun"),
    }
}

pub(super) fn operation() -> Operation {
    post("recover_webhooks", "/api/0/sentry-apps/{app}/webhook-recoveries/", recover_webhooks)
        .does("Send given-up webhooks again")
        .by(one_of(WRITERS))
        .takes_only::<RecoveryBody>()
        .answers::<RecoveryJson>(200)
        .answers::<RecoveryJson>(202)
        .refuses(409)
}

/// Sends all dead letters again, or those that match. Sentry has no such operation.
async fn recover_webhooks(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<RecoveryJson>)> {
    let message = read(params.app()?, fields)?;
    let status = if message.dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    let answer = context.services.webhooks().recover(request_as(&caller, message)).await.answer();
    let answer = answer.map_err(in_our_words)?;
    Ok((status, Json(answer.into())))
}

fn read(app: String, fields: Fields) -> patchbay_domain::Result<RecoverRequest> {
    let body = RecoveryBody::read_only(fields)?;
    Ok(RecoverRequest {
        app,
        filter: Some(DeadLetterFilter {
            event_type: body.event_type.unwrap_or_default(),
            installation_uuid: body.installation.unwrap_or_default(),
            reason: body.reason.unwrap_or_default(),
            start: moment("start", body.start.as_deref())?.map(timestamp::to_wire),
            end: moment("end", body.end.as_deref())?.map(timestamp::to_wire),
        }),
        rate_per_second: body.rate_per_second.unwrap_or_default(),
        dry_run: body.dry_run,
    })
}

fn rate(fields: &mut Fields, name: &'static str) -> Option<i32> {
    let rate = fields.raw(name)?.as_i64().and_then(|rate| rate.try_into().ok());
    if rate.is_none() {
        fields.problem(name, "A valid integer is required.");
    }
    rate
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(body: serde_json::Value) -> patchbay_domain::Result<RecoverRequest> {
        read("acme".into(), Fields::new(body.as_object().unwrap().clone()))
    }

    #[test]
    fn a_recovery_is_of_everything_or_of_what_is_named() {
        let all = parse(json!({})).unwrap();
        assert_eq!((all.rate_per_second, all.dry_run), (0, false));
        assert_eq!(all.filter, Some(DeadLetterFilter::default()));
        let some = json!({
            "eventType": "issue.created", "start": "2026-08-16 03:03:14", "ratePerSecond": 5, "dryRun": true,
        });
        let some = parse(some).unwrap();
        let filter = some.filter.unwrap();
        assert_eq!(
            (filter.event_type.as_str(), filter.start.unwrap().seconds),
            ("issue.created", 1_786_849_394)
        );
        assert_eq!((some.rate_per_second, some.dry_run), (5, true));
        for (body, field) in [
            (json!({ "ratePerSecond": "fast" }), "ratePerSecond"),
            (json!({ "start": "yesterday" }), "start"),
            (json!({ "dryRun": "perhaps" }), "dryRun"),
            (json!({ "event_type": "issue.created" }), "event_type"),
            (json!({ "dry_run": true }), "dry_run"),
        ] {
            assert_eq!(parse(body).unwrap_err().fields[0].field, field);
        }
    }
}

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::webhook_sender::{DeadLetterFilter, RecoverRequest};
use patchbay_rpc::{request_as, timestamp};

use super::WRITERS;
use super::log_filter::moment;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::recovery::RecoveryJson;

const RECOVERY: &[Field] = &[
    optional("eventType", Kind::NullableText),
    optional("installation", Kind::NullableText),
    optional("reason", Kind::NullableText),
    optional("start", Kind::Text),
    optional("end", Kind::Text),
    optional("ratePerSecond", Kind::Integer),
    optional("dryRun", Kind::Flag),
];

pub(super) fn operation() -> Operation {
    post("recover_webhooks", "/api/0/sentry-apps/{app}/webhook-recoveries/", recover_webhooks)
        .does("Send given-up webhooks again")
        .by(one_of(WRITERS))
        .takes(RECOVERY)
        .answers::<RecoveryJson>(200)
        .answers::<RecoveryJson>(202)
        .refuses(409)
}

/// All given-up webhooks, or some of them, are sent again. Not one of Sentry's.
async fn recover_webhooks(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<RecoveryJson>)> {
    let message = read(params.app()?, fields)?;
    let status = if message.dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    let answer = context.services.webhooks().recover(request_as(&caller, message)).await.answer()?;
    Ok((status, Json(answer.into())))
}

fn read(app: String, mut fields: Fields) -> patchbay_domain::Result<RecoverRequest> {
    let mut text = |name| fields.text_or_blank(name).unwrap_or_default();
    let (event_type, installation_uuid, reason) = (text("eventType"), text("installation"), text("reason"));
    let (start, end) = (fields.text("start"), fields.text("end"));
    let rate = fields.raw("ratePerSecond").map(|rate| rate.as_i64().and_then(|rate| rate.try_into().ok()));
    if rate == Some(None) {
        fields.problem("ratePerSecond", "A valid integer is required.");
    }
    let dry_run = fields.flag("dryRun");
    fields.finish()?;
    Ok(RecoverRequest {
        app,
        filter: Some(DeadLetterFilter {
            event_type,
            installation_uuid,
            reason,
            start: moment("start", start.as_deref())?.map(timestamp::to_wire),
            end: moment("end", end.as_deref())?.map(timestamp::to_wire),
        }),
        rate_per_second: rate.flatten().unwrap_or_default(),
        dry_run,
    })
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
        ] {
            assert_eq!(parse(body).unwrap_err().fields[0].field, field);
        }
    }
}

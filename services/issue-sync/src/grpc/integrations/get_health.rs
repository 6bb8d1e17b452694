use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;
use patchbay_rpc::timestamp;

use crate::context::Context;
use crate::domain::access;
use crate::domain::health::{Day, ProblemRecord, State, day_of, judge};
use crate::grpc::organizations;
use crate::store::{health, outbound, pauses};

pub(super) async fn get_health(
    context: &Context,
    caller: &Caller,
    request: proto::GetHealthRequest,
) -> Result<proto::Health, Error> {
    let organization = organizations::find(context, caller, &request.organization).await?;
    access::may_read(caller, organization.id)?;
    let of = organizations::integration(context, &organization, request.id).await?;
    let (id, now) = (of.integration.id, context.now());
    let days = health::days(&context.db, id).await?;
    let problems = health::problems(&context.db, id).await?;
    let record = health::get(&context.db, id).await?;
    let invalid_tokens = days.iter().map(|day| day.invalid_tokens).sum();

    // The days pass although nothing happens, so the stored state can be older than the truth.
    let (last_success, failed_at) =
        record.as_ref().map_or((None, None), |record| (record.last_success, record.failed_at));
    let state = match of.is_active() {
        true => judge(&days, last_success, failed_at, now),
        false => State::Disabled,
    };
    let stored = record.as_ref().filter(|record| State::parse(&record.state) == Some(state));
    let start_of_day = || {
        let start = format!("{}T00:00:00Z", day_of(now)).parse();
        start.unwrap_or(now)
    };
    let since = stored.map_or_else(start_of_day, |record| record.since);
    let (queue_pending, queue_oldest) = outbound::pending(&context.db, id).await?;
    let pause = pauses::get(&context.db, id).await?.filter(|pause| pause.is_rate_limit && pause.until > now);
    let paused_until = pause.map(|pause| timestamp::to_wire(pause.until));
    let last_failure = record.as_ref().and_then(|record| {
        Some(proto::HealthFailure {
            at: record.failed_at.map(timestamp::to_wire),
            operation: record.failed_operation.clone()?,
            kind: record.failed_kind.clone().unwrap_or_default(),
            message: record.failed_message.clone().unwrap_or_default(),
        })
    });
    Ok(proto::Health {
        state: state.as_str().to_owned(),
        since: Some(timestamp::to_wire(since)),
        last_success: last_success.map(timestamp::to_wire),
        last_failure,
        queue_pending,
        queue_oldest: queue_oldest.map(timestamp::to_wire),
        paused_until,
        webhook_last_received: record.and_then(|record| record.webhook_received_at).map(timestamp::to_wire),
        webhook_invalid_tokens: invalid_tokens,
        days: days.into_iter().map(day_message).collect(),
        problems: problems.into_iter().map(problem_message).collect(),
    })
}

fn day_message(day: Day) -> proto::HealthDay {
    let Day { day, success, error, fatal, halted, invalid_tokens: _ } = day;
    proto::HealthDay { day, success, error, fatal, halted }
}

fn problem_message(record: ProblemRecord) -> proto::HealthProblem {
    proto::HealthProblem {
        kind: record.problem.name().to_owned(),
        count: record.count,
        first: Some(timestamp::to_wire(record.first)),
        last: Some(timestamp::to_wire(record.last)),
        example: record.example,
        hint: record.problem.hint().to_owned(),
    }
}

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use patchbay_domain::Error;
use patchbay_proto::tracker::ListEntriesRequest;
use patchbay_rpc::{request_as, timestamp};
use prost_types::Timestamp;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::json::audit_entry::AuditLogJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_audit_logs", "/api/0/organizations/{organization}/audit-logs/", list_audit_logs)
        .does("Read what was changed in an organization, by whom and when")
        .by(one_of(WRITERS))
        .asks(&[
            optional("event", Kind::Text),
            optional("actor", Kind::Integer),
            optional("start", Kind::Text),
            optional("end", Kind::Text),
        ])
        .paged()
        .answers::<AuditLogJson>(200)
}

/// Newest first.
async fn list_audit_logs(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListEntriesRequest {
        organization: params.organization()?,
        event: query.get("event").unwrap_or_default().to_owned(),
        actor_user_id: actor(&query)?,
        since: moment(&query, "start")?,
        until: moment(&query, "end")?,
        offset: paging.offset(),
        limit: paging.size(),
    };
    let list = context.services.audit().list_entries(request_as(&caller, message)).await.answer()?;
    Ok(paging.page(list.has_more, Json(AuditLogJson::from(list))))
}

/// 0 for every actor.
fn actor(query: &Query) -> Result<i64, Error> {
    match query.get("actor") {
        None | Some("") => Ok(0),
        Some(text) => text
            .parse()
            .ok()
            .filter(|id| *id > 0)
            .ok_or_else(|| Error::field("actor", "A valid integer is required.")),
    }
}

fn moment(query: &Query, name: &str) -> Result<Option<Timestamp>, Error> {
    match query.get(name) {
        None | Some("") => Ok(None),
        Some(text) => match read_moment(text) {
            Some(moment) => Ok(Some(timestamp::to_wire(moment))),
            None => Err(Error::field(name, "Datetime has wrong format.")),
        },
    }
}

/// With a time zone or, as Sentry also takes it, without one for UTC.
fn read_moment(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.with_timezone(&Utc));
    let moment = zoned.or_else(|_| format!("{text}Z").parse()).ok()?;
    timestamp::from_wire(&timestamp::to_wire(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_and_without_a_zone() {
        for (text, seconds) in [
            ("2026-08-16T03:03:14Z", Some(1_786_849_394)),
            ("2026-08-16T05:03:14+02:00", Some(1_786_849_394)),
            ("2026-08-16T03:03:14.870", Some(1_786_849_394)),
            ("yesterday", None),
            ("2026-08-16", None),
            ("99999-01-01T00:00:00Z", None),
        ] {
            assert_eq!(read_moment(text).map(|moment| moment.timestamp()), seconds, "{text}");
        }
    }

    #[test]
    fn an_actor_is_a_number_or_left_out() {
        for (query, expected) in
            [("", Ok(0)), ("actor=", Ok(0)), ("actor=7", Ok(7)), ("actor=-1", Err(())), ("actor=me", Err(()))]
        {
            assert_eq!(actor(&Query::parse(query)).map_err(drop), expected, "{query}");
        }
    }
}

use axum::Json;
use axum::extract::State;
use patchbay_domain::{Error, Scope};
use patchbay_proto::event_fanout::BackfillRequest;
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::closed_organization::is_limited;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::api::query::Query;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::json::missed_events::MissedEventsJson;
use patchbay_edge::answer::Answer;

const LARGEST: i32 = 100;

pub(super) fn operation() -> Operation {
    get("list_missed_events", "/api/0/sentry-app-installations/{installation}/events/", list_missed_events)
        .does("List the events of an installation, from a sequence number on")
        .by(one_of(&[Scope::OrgIntegrations, Scope::OrgWrite, Scope::OrgAdmin]).and_the_app())
        .asks(&[optional("after", Kind::Integer), optional("per_page", Kind::Integer)])
        .answers::<MissedEventsJson>(200)
}

/// The events for the installation after this sequence number.
async fn list_missed_events(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Json<MissedEventsJson>> {
    let (after, limit) = read(&query)?;
    if caller.user().is_some() {
        let message = GetInstallationRequest { uuid: params.installation()? };
        match context.services.installations().get_installation(request_as(&caller, message)).await.answer() {
            Ok(found) if is_limited(&context, &caller, found.organization_id).await? => {
                return Err(Error::permission_denied().into());
            }
            Err(error) if error.is_retryable() => return Err(error.into()),
            // The events refuse callers who may not read the installation.
            Ok(_) | Err(_) => {}
        }
    }
    let message = BackfillRequest { installation_uuid: params.installation()?, after, limit };
    let answer = context.services.events().backfill(request_as(&caller, message)).await.answer()?;
    Ok(Json(answer.try_into()?))
}

/// `after` and `per_page`.
fn read(query: &Query) -> patchbay_domain::Result<(i64, i32)> {
    let after = match query.get("after").map(str::parse) {
        None => 0,
        Some(Ok(after @ 0..)) => after,
        Some(_) => return Err(Error::field("after", "A valid sequence number is required.")),
    };
    let limit = match query.get("per_page").map(str::parse) {
        None => LARGEST,
        Some(Ok(limit @ 1..=LARGEST)) => limit,
        Some(_) => {
            let message = format!("Invalid per_page value. Must be between 1 and {LARGEST}.");
            return Err(Error::invalid("INVALID_PAGE", message));
        }
    };
    Ok((after, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_or_refused() {
        let cases = [
            ("", Ok((0, 100))),
            ("after=7&per_page=5", Ok((7, 5))),
            ("after=-1", Err("INVALID_FIELD")),
            ("after=", Err("INVALID_FIELD")),
            ("after=99999999999999999999", Err("INVALID_FIELD")),
            ("per_page=0", Err("INVALID_PAGE")),
            ("per_page=101", Err("INVALID_PAGE")),
        ];
        for (query, expected) in cases {
            let found = read(&Query::parse(query)).map_err(|error| error.reason.into_owned());
            assert_eq!(found, expected.map_err(str::to_owned), "{query}");
        }
    }
}

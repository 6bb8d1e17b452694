//! Checks publish requests. The developer of the producer reads the error messages.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use patchbay_domain::event::Reach;
use patchbay_domain::{Actor, Error, Result, canonical_json};
use patchbay_proto::event_fanout as proto;
use prost::Message;
use uuid::Uuid;

use crate::domain::custom_types::CustomTypes;
use crate::domain::event::{Event, Target};
use crate::domain::fingerprint::idempotency_key;
use crate::domain::kind::Kind;

/// The largest `data` of an event, in bytes.
pub(crate) const MAX_DATA_BYTES: usize = 1024 * 1024;
/// The largest sum of everything except `data`: names, slugs, targets.
const MAX_REST_BYTES: usize = 64 * 1024;
const MAX_KEY_BYTES: usize = 255;

/// The values that an event gets when it is received.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) event_id: Uuid,
    pub(crate) accepted_at: DateTime<Utc>,
    /// As the producer sent it.
    pub(crate) traceparent: Option<String>,
}

/// Converts a request to an event.
pub(crate) fn check(
    request: proto::PublishRequest,
    custom_types: &CustomTypes,
    stamp: Stamp,
) -> Result<Event> {
    if request.organization_id <= 0 {
        return Err(Error::invalid(
            "ORGANIZATION_REQUIRED",
            "The event needs the number of its organization.",
        ));
    }
    if request.idempotency_key.len() > MAX_KEY_BYTES {
        return Err(Error::invalid("IDEMPOTENCY_KEY_TOO_LONG", "The idempotency key exceeds 255 bytes."));
    }
    if request.ordering_key.len() > MAX_KEY_BYTES {
        return Err(Error::invalid("ORDERING_KEY_TOO_LONG", "The ordering key exceeds 255 bytes."));
    }
    check_key("idempotency_key", &request.idempotency_key)?;
    check_key("ordering_key", &request.ordering_key)?;
    let kind = custom_types.find(&request.resource, &request.action)?;
    check_size(&request.data_json)?;
    if request.encoded_len() - request.data_json.len() > MAX_REST_BYTES {
        return Err(Error::too_large("DATA_TOO_LARGE", "What stands beside the data exceeds 64 KiB."));
    }
    let data = canonical_json::canonicalize_object(&request.data_json)?;
    // Canonical numbers can be longer than those of the request, as with 1e20.
    check_size(&data)?;
    if let Kind::Custom(custom) = &kind {
        custom.check(&data)?;
    }
    let mut event = Event {
        id: stamp.event_id,
        accepted_at: stamp.accepted_at,
        organization_id: request.organization_id,
        targets: targets(&kind, request.targets)?,
        kind,
        data: data.into(),
        actor: actor(request.actor),
        project_id: (request.project_id != 0).then_some(request.project_id),
        idempotency_key: None,
        ordering_key: Some(request.ordering_key).filter(|key| !key.is_empty()),
        traceparent: stamp.traceparent.filter(|text| is_traceparent(text)),
    };
    let key = Bytes::from(request.idempotency_key);
    event.idempotency_key = (!key.is_empty()).then(|| idempotency_key(key, &event));
    Ok(event)
}

/// PostgreSQL cannot store NUL in a text, and no producer needs the other control characters.
fn check_key(field: &'static str, key: &str) -> Result<()> {
    if key.chars().any(char::is_control) {
        return Err(Error::field(field, "Control characters are not allowed."));
    }
    Ok(())
}

fn check_size(data: &[u8]) -> Result<()> {
    if data.len() > MAX_DATA_BYTES {
        return Err(Error::too_large("DATA_TOO_LARGE", "The data exceed 1 MiB."));
    }
    Ok(())
}

fn targets(kind: &Kind, targets: Vec<proto::Target>) -> Result<Vec<Target>> {
    match kind.reach() {
        Reach::Named if targets.is_empty() => {
            let message = format!("{kind} has no subscribers; name its targets.");
            Err(Error::invalid("TARGET_REQUIRED", message))
        }
        Reach::Subscribers(_) if !targets.is_empty() => {
            let message = format!("{kind} goes to its subscribers; it takes no targets.");
            Err(Error::invalid("TARGET_NOT_ALLOWED", message))
        }
        _ => targets.into_iter().map(target).collect(),
    }
}

fn target(target: proto::Target) -> Result<Target> {
    use proto::target::Receiver;
    match (target.receiver, target.app_id) {
        (Some(Receiver::InstallationUuid(text)), app_id) => {
            let installation_id = Uuid::try_parse(&text).map_err(|_| {
                Error::invalid("TARGET_UNKNOWN", format!("{text:.64} is not the uuid of an installation."))
            })?;
            Ok(match app_id {
                0 => Target::Installation(installation_id),
                app_id => Target::Unconditional { installation_id, app_id },
            })
        }
        (Some(Receiver::AppSlug(slug)), 0) => Ok(Target::App(slug)),
        (Some(Receiver::AppSlug(_)), _) => {
            Err(Error::invalid("TARGET_UNKNOWN", "A target with an app_id needs the installation's uuid."))
        }
        (None, _) => Err(Error::invalid("TARGET_REQUIRED", "A target names an installation or an app.")),
    }
}

fn actor(actor: Option<proto::Actor>) -> Actor {
    use proto::actor::Kind;
    match actor.and_then(|actor| actor.kind) {
        Some(Kind::User(user)) => Actor::User { id: user.id, name: user.name },
        Some(Kind::App(proto::AppActor {})) => Actor::App,
        None => Actor::System,
    }
}

/// `00-<32 hex>-<16 hex>-<2 hex>`. A malformed one is dropped, because tracing must not fail an event, and receivers should get valid
/// headers.
fn is_traceparent(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    lengths.eq([2, 32, 16, 2]) && text.bytes().all(|byte| byte == b'-' || lower_hex(byte))
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;

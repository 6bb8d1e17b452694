use std::collections::BTreeMap;

use patchbay_bus::Topic;
use patchbay_db::OutboxMessage;
use patchbay_domain::{Actor, Caller};
use patchbay_proto::event_fanout as wire;
use patchbay_runtime::trace_context;
use prost::Message;

use crate::domain::event::{Event, Target};

/// The outbox row of an event, with the trace context of its cause.
pub(crate) fn message(event: Event) -> OutboxMessage {
    let mut headers = BTreeMap::new();
    trace_context::inject_into(&mut headers);
    let request = wire::PublishRequest {
        organization_id: event.organization_id,
        resource: event.resource.to_owned(),
        action: event.action.to_owned(),
        data_json: event.data_json.into(),
        actor: actor_to_wire(event.actor),
        project_id: event.project_id,
        targets: event.target.map(target_to_wire).into_iter().collect(),
        idempotency_key: event.idempotency_key,
        ..wire::PublishRequest::default()
    };
    OutboxMessage {
        topic: Topic::Events.name().to_owned(),
        key: format!("{}.{}", event.resource, event.action),
        body: request.encode_to_vec().into(),
        headers,
    }
}

/// The actor of events that a caller causes. Services and operators act as the system.
pub(crate) fn actor(caller: &Caller) -> Actor {
    match caller {
        Caller::User(user) => Actor::User { id: user.user_id, name: user.name.clone() },
        Caller::App(_) => Actor::App,
        Caller::Anonymous | Caller::Service(_) | Caller::Operator => Actor::System,
    }
}

fn actor_to_wire(actor: Actor) -> Option<wire::Actor> {
    let kind = match actor {
        Actor::User { id, name } => wire::actor::Kind::User(wire::UserActor { id, name }),
        Actor::App => wire::actor::Kind::App(wire::AppActor {}),
        Actor::System => return None,
    };
    Some(wire::Actor { kind: Some(kind) })
}

fn target_to_wire(target: Target) -> wire::Target {
    let receiver = match target {
        Target::App(slug) => wire::target::Receiver::AppSlug(slug),
        Target::Installation(uuid) => wire::target::Receiver::InstallationUuid(uuid),
    };
    wire::Target { receiver: Some(receiver), app_id: 0 }
}

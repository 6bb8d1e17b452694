use std::collections::BTreeMap;

use patchbay_bus::Topic;
use patchbay_db::OutboxMessage;
use patchbay_domain::{Actor, Caller};
use patchbay_proto::tracker::issue_change::Change;
use patchbay_proto::{event_fanout as wire, tracker};
use patchbay_rpc::timestamp;
use patchbay_runtime::trace_context;
use prost::Message;

use crate::domain::event::{Event, Target};
use crate::domain::issue::followed_change::{FollowedChange, What};

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

/// The outbox row of a change that trackers outside follow.
pub(crate) fn followed(change: FollowedChange) -> OutboxMessage {
    let mut headers = BTreeMap::new();
    trace_context::inject_into(&mut headers);
    let (key, what) = match change.what {
        What::Assignee { user_id, team_id } => {
            let (user_id, team_id) = (user_id.unwrap_or_default(), team_id.unwrap_or_default());
            ("assignee", Change::Assignee(tracker::AssigneeChange { user_id, team_id }))
        }
        What::Status { is_resolved } => ("status", Change::Status(tracker::StatusChange { is_resolved })),
        What::Comment { id, is_edited, text, author_name } => {
            let comment = tracker::CommentChange { comment_id: id, is_edited, text, author_name };
            ("comment", Change::Comment(comment))
        }
        What::Deleted => ("deleted", Change::Deleted(tracker::IssueDeleted {})),
        What::TicketRequested { action, rule_id, rule_name } => {
            let requested = tracker::TicketRequested {
                integration_id: action.integration_id,
                fields_json: action.fields.to_string().into_bytes(),
                rule_id,
                rule_name,
            };
            ("ticket_requested", Change::TicketRequested(requested))
        }
        What::ProjectDeleted => ("project_deleted", Change::ProjectDeleted(tracker::ProjectDeleted {})),
        What::MemberRemoved { user_id } => {
            ("member_removed", Change::MemberRemoved(tracker::MemberRemoved { user_id }))
        }
    };
    let message = tracker::IssueChange {
        organization_id: change.organization_id,
        project_id: change.project_id,
        issue_id: change.issue_id,
        occurred_at: Some(timestamp::to_wire(change.occurred_at)),
        source: change.source.map(|source| tracker::IntegrationSource {
            integration_id: source.integration_id,
            provider_key: source.provider_key,
            provider_name: source.provider_name,
        }),
        change: Some(what),
    };
    OutboxMessage {
        topic: Topic::IssueChanges.name().to_owned(),
        key: key.to_owned(),
        body: message.encode_to_vec().into(),
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

/// Name of the user who wrote a comment; empty for other authors, whose names this service does not know.
pub(crate) fn author_name(caller: &Caller) -> &str {
    caller.user().map_or("", |user| &user.name)
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

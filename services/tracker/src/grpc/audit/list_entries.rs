use std::collections::BTreeSet;

use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;

use crate::context::Context;
use crate::domain::audit_entry::{ActorKind, AuditEntry};
use crate::domain::input::page::Page;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::user::UserAndMemberships;
use crate::grpc::directory::user;
use crate::grpc::named;
use crate::store::audit_entries::{self, Filter};
use crate::store::users;

pub(super) async fn list_entries(
    context: &Context,
    caller: &Caller,
    request: wire::ListEntriesRequest,
) -> Result<wire::ListEntriesResponse> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::read_audit_log(caller, organization.id)?;
    let page = Page::read(request.offset, request.limit);
    let filter = Filter {
        organization_id: organization.id,
        event: AuditEvent::from_name(&request.event).map_or(request.event, |event| event.name().to_owned()),
        actor_user_id: request.actor_user_id,
        since: request.since.as_ref().and_then(timestamp::from_wire),
        until: request.until.as_ref().and_then(timestamp::from_wire),
    };
    let (found, has_more) = page.cut(audit_entries::list(&context.db, &filter, page).await?);

    let named: BTreeSet<i64> = found.iter().flat_map(|(_, entry)| users_named(entry)).collect();
    let users = users::find_all(&context.db, &named.into_iter().collect::<Vec<_>>()).await?;
    let bare = |user| user::to_wire(UserAndMemberships { user, memberships: Vec::new() });
    Ok(wire::ListEntriesResponse {
        entries: found.into_iter().map(to_wire).collect(),
        has_more,
        users: users.into_iter().map(bare).collect(),
    })
}

/// The users that an entry names: its author, and a member as its target.
fn users_named(entry: &AuditEntry) -> impl Iterator<Item = i64> {
    let actor = (entry.actor.kind == ActorKind::User).then_some(entry.actor.id);
    let target = (entry.target_type == "member").then(|| entry.target_id.parse().ok()).flatten();
    actor.into_iter().chain(target)
}

fn to_wire((number, entry): (i64, AuditEntry)) -> wire::AuditEntry {
    let kind = match entry.actor.kind {
        ActorKind::Service => wire::AuditActorKind::Unspecified,
        ActorKind::User => wire::AuditActorKind::User,
        ActorKind::App => wire::AuditActorKind::App,
        ActorKind::Operator => wire::AuditActorKind::Operator,
    };
    wire::AuditEntry {
        id: entry.id.as_bytes().to_vec(),
        number,
        organization_id: entry.organization_id,
        actor: Some(wire::AuditActor { kind: kind.into(), id: entry.actor.id, label: entry.actor.label }),
        event: entry.event,
        target_type: entry.target_type,
        target_id: entry.target_id,
        target_label: entry.target_label,
        data_json: entry.data.into_bytes(),
        occurred_at: Some(timestamp::to_wire(entry.occurred_at)),
        client_address: entry.client_address.unwrap_or_default(),
    }
}

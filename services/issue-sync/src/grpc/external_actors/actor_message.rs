use patchbay_proto::issue_sync as proto;
use patchbay_proto::issue_sync::external_actor::Actor as Wire;

use crate::domain::external_actor::{Actor, ExternalActor};

pub(super) fn actor_message(actor: ExternalActor) -> proto::ExternalActor {
    proto::ExternalActor {
        id: actor.id,
        provider: actor.provider,
        integration_id: actor.integration_id,
        external_name: actor.external_name,
        external_id: actor.external_id.unwrap_or_default(),
        actor: Some(match actor.actor {
            Actor::User(id) => Wire::UserId(id),
            Actor::Team(id) => Wire::TeamId(id),
        }),
    }
}

//! A name at a tracker, and the user or team to whom it belongs.

use patchbay_proto::issue_sync::ExternalActor;
use patchbay_proto::issue_sync::external_actor::Actor;
use serde::Serialize;
use utoipa::ToSchema;

/// A name at a tracker. Numbers are written as texts.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalActor)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalActorJson {
    id: String,
    provider: String,
    external_name: String,
    integration_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<String>,
}

impl From<ExternalActor> for ExternalActorJson {
    fn from(actor: ExternalActor) -> Self {
        let (user_id, team_id) = match actor.actor {
            Some(Actor::UserId(id)) => (Some(id.to_string()), None),
            Some(Actor::TeamId(id)) => (None, Some(id.to_string())),
            None => (None, None),
        };
        Self {
            id: actor.id.to_string(),
            provider: actor.provider,
            external_name: actor.external_name,
            integration_id: actor.integration_id.to_string(),
            external_id: Some(actor.external_id).filter(|id| !id.is_empty()),
            user_id,
            team_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_written_as_the_contract_says() {
        let actor = ExternalActor {
            id: 4,
            provider: "github".to_owned(),
            integration_id: 31,
            external_name: "@wren".to_owned(),
            external_id: String::new(),
            actor: Some(Actor::UserId(5)),
        };
        let expected =
            r#"{"id":"4","provider":"github","externalName":"@wren","integrationId":"31","userId":"5"}"#;
        assert_eq!(serde_json::to_string(&ExternalActorJson::from(actor)).unwrap(), expected);
    }
}

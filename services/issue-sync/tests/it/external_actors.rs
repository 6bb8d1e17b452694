use patchbay_proto::issue_sync::{
    CreateExternalActorRequest, DeleteExternalActorRequest, UpdateExternalActorRequest,
};
use patchbay_rpc::request_as;

use crate::service::{each, reason, refusal};

#[tokio::test]
async fn names_are_mapped_to_members_once() {
    each(|service| async move {
        let integration = service.installed().await;
        let wren = service.member_with_address("wren@example.org").await;
        let manager = service.manager();
        let mut actors = service.actors.clone();
        let map = |name: &str, user: i64| CreateExternalActorRequest {
            organization: service.acme.slug.clone(),
            user_id: Some(user),
            external_name: Some(name.to_owned()),
            provider: Some("slate".to_owned()),
            integration_id: Some(integration.id),
            ..Default::default()
        };
        let made = actors.create_external_actor(request_as(&manager, map("@wren", wren))).await;
        let made = made.unwrap().into_inner();
        assert!(made.is_new);
        let made = made.external_actor.unwrap();
        let again = actors.create_external_actor(request_as(&manager, map("@wren", wren))).await;
        let again = again.unwrap().into_inner();
        assert_eq!((again.is_new, again.external_actor.unwrap().id), (false, made.id));

        let wrong = refusal(actors.create_external_actor(request_as(&manager, map("wren", 999_999))).await);
        let fields: Vec<&str> = wrong.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["externalName", "userId"]);
        let empty =
            CreateExternalActorRequest { organization: service.acme.slug.clone(), ..Default::default() };
        let empty = refusal(actors.create_external_actor(request_as(&manager, empty)).await);
        assert_eq!(
            (empty.fields.len(), empty.fields[0].messages[0].as_str()),
            (4, "This field is required.")
        );
        let unknown = CreateExternalActorRequest { provider: Some("x".to_owned()), ..map("@wren", wren) };
        let unknown = refusal(actors.create_external_actor(request_as(&manager, unknown)).await);
        assert_eq!(unknown.fields[0].messages[0], "\"x\" is not a valid choice.");
        let member = actors.create_external_actor(request_as(&service.member(), map("@wren", wren))).await;
        assert_eq!(reason(member), "PERMISSION_DENIED");

        let other = actors.create_external_actor(request_as(&manager, map("@finch", wren))).await.unwrap();
        let update = UpdateExternalActorRequest {
            organization: service.acme.slug.clone(),
            id: other.into_inner().external_actor.unwrap().id,
            external_name: Some("@wren".to_owned()),
            ..Default::default()
        };
        let taken = actors.update_external_actor(request_as(&manager, update.clone())).await;
        assert_eq!(reason(taken), "EXTERNAL_ACTOR_EXISTS");
        let update = UpdateExternalActorRequest { external_name: Some("@wren-2".to_owned()), ..update };
        let changed = actors.update_external_actor(request_as(&manager, update)).await.unwrap().into_inner();
        assert_eq!(changed.external_name, "@wren-2");

        let delete = DeleteExternalActorRequest {
            organization: service.acme.slug.clone(),
            id: made.id,
            ..Default::default()
        };
        actors.delete_external_actor(request_as(&manager, delete.clone())).await.unwrap();
        let gone = actors.delete_external_actor(request_as(&manager, delete)).await;
        assert_eq!(reason(gone), "EXTERNAL_ACTOR_NOT_FOUND");
    })
    .await;
}

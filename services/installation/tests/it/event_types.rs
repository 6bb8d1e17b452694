use futures::StreamExt;
use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_proto::installation::{
    CreateAppRequest, DeleteEventTypeRequest, EventType, ListEventTypesRequest, PutEventTypeRequest,
    WatchEventTypesRequest, WatchEventTypesResponse,
};
use patchbay_rpc::{Channel, request, request_as, status, stream_request};
use tonic::Streaming;

use crate::callers::member;
use crate::service::{SOON, Service, each};

fn deploy(action: &str) -> PutEventTypeRequest {
    PutEventTypeRequest {
        resource: "deploy".into(),
        action: action.into(),
        scope: "project:read".into(),
        schema_json: r#"{"type":"object"}"#.into(),
    }
}

/// The next message that says something: changes of apps only raise the version.
async fn next(stream: &mut Streaming<WatchEventTypesResponse>) -> WatchEventTypesResponse {
    loop {
        let message = tokio::time::timeout(SOON, stream.next()).await.expect("a message comes");
        let message = message.unwrap().unwrap();
        if !message.event_types.is_empty() || !message.removed.is_empty() {
            return message;
        }
    }
}

fn names(message: &WatchEventTypesResponse) -> Vec<String> {
    message.event_types.iter().map(|one| format!("{}.{}", one.resource, one.action)).collect()
}

async fn listed(types: &mut EventTypesClient<Channel>) -> Vec<EventType> {
    types.list_event_types(request(ListEventTypesRequest::default())).await.unwrap().into_inner().event_types
}

fn app(service: &Service, events: &[&str]) -> CreateAppRequest {
    CreateAppRequest {
        organization: service.acme.slug.clone(),
        name: Some("Deploys".into()),
        has_scopes: true,
        author: Some("ACME".into()),
        scopes: vec!["project:read".into()],
        events: events.iter().map(|&event| event.to_owned()).collect(),
        webhook_url: Some("https://example.com/hook".into()),
        ..CreateAppRequest::default()
    }
}

#[tokio::test]
async fn custom_types_are_listed_watched_and_subscribed_to() {
    each(|service| async move {
        let mut types = service.event_types.clone();
        types.put_event_type(request_as(&Caller::Operator, deploy("began"))).await.unwrap();
        let stream = types.watch_event_types(stream_request(WatchEventTypesRequest {})).await.unwrap();
        let mut stream = stream.into_inner();
        let snapshot = next(&mut stream).await;
        assert_eq!(names(&snapshot), ["deploy.began"]);
        assert!(snapshot.version.is_some(), "the snapshot is complete");

        types.put_event_type(request(deploy("finished"))).await.unwrap();
        assert_eq!(names(&next(&mut stream).await), ["deploy.finished"]);
        let all = listed(&mut types).await;
        assert!(all.iter().any(|one| one.built_in && one.resource == "issue" && one.action == "created"));
        assert_eq!(all.iter().filter(|one| !one.built_in).count(), 2);

        let owner = member(&service.acme, Role::Owner);
        let mut apps = service.apps.clone();
        let created =
            apps.create_app(request_as(&owner, app(&service, &["deploy"]))).await.unwrap().into_inner();
        assert_eq!(created.app.unwrap().events, ["deploy.began", "deploy.finished"]);

        let gone = DeleteEventTypeRequest { resource: "deploy".into(), action: "began".into() };
        types.delete_event_type(request(gone.clone())).await.unwrap();
        assert_eq!(next(&mut stream).await.removed, ["deploy.began"]);
        let refusal = types.delete_event_type(request(gone)).await.unwrap_err();
        assert_eq!(status::to_error(&refusal).reason, "EVENT_TYPE_NOT_FOUND");
        let refusal =
            apps.create_app(request_as(&owner, app(&service, &["deploy.began"]))).await.unwrap_err();
        assert_eq!(
            status::to_error(&refusal).fields[0].messages,
            ["Invalid event subscription: deploy.began"]
        );

        types.put_event_type(request(deploy("began"))).await.unwrap();
        assert_eq!(names(&next(&mut stream).await), ["deploy.began"], "it may come back");
    })
    .await;
}

#[tokio::test]
async fn only_operators_and_services_change_the_catalogue() {
    each(|service| async move {
        let mut types = service.event_types.clone();
        let owner = member(&service.acme, Role::Owner);
        let gone = DeleteEventTypeRequest { resource: "deploy".into(), action: "began".into() };
        let refusals = [
            types.put_event_type(request_as(&owner, deploy("began"))).await.unwrap_err(),
            types.delete_event_type(request_as(&owner, gone)).await.unwrap_err(),
            types.watch_event_types(request_as(&owner, WatchEventTypesRequest {})).await.unwrap_err(),
        ];
        for refusal in refusals {
            assert_eq!(status::to_error(&refusal).reason, "PERMISSION_DENIED");
        }
        let built_in = DeleteEventTypeRequest { resource: "issue".into(), action: "created".into() };
        let refusal = types.delete_event_type(request(built_in)).await.unwrap_err();
        assert_eq!(status::to_error(&refusal).reason, "EVENT_TYPE_BUILT_IN");
        let wrong = PutEventTypeRequest { resource: "issue".into(), ..deploy("painted") };
        let refusal = types.put_event_type(request(wrong)).await.unwrap_err();
        assert_eq!(status::to_error(&refusal).fields[0].field, "resource");
    })
    .await;
}

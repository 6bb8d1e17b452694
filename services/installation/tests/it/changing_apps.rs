//! Sentry's contract for reading, changing and removing an app, section 1.7 of ours: what the store and the other services see of it.
//! Which change is allowed is decided by `domain::app::change`, with its own tests.

use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::installation::{
    App, AppStatus, ClientCertificate, CreateAppRequest, DeliverySettings, ListComponentsRequest, Numbers,
    Texts, UpdateAppRequest, list_components_request::Owner,
};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use serde_json::{Value, json};
use tonic::{Response, Status};

use crate::callers::{app_of, member, staff, staff_with_token, stranger, superuser};
use crate::service::{SOON, Service, each, internal, public, reason, refusal, update};

async fn change(
    service: &Service,
    caller: &Caller,
    message: UpdateAppRequest,
) -> Result<Response<App>, Status> {
    service.apps.clone().update_app(request_as(caller, message)).await
}

fn texts(values: &[&str]) -> Option<Texts> {
    Some(Texts { values: values.iter().map(|&value| value.to_owned()).collect() })
}

#[tokio::test]
async fn every_field_is_changed_and_read_again_and_the_slug_stays() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let message = UpdateAppRequest {
            name: Some("Better Hooks".into()),
            author: Some("Another Author".into()),
            scopes: texts(&["event:write", "event:read", "org:read"]),
            events: texts(&["comment"]),
            webhook_url: Some("https://example.com/better".into()),
            redirect_url: Some("https://example.com/installed".into()),
            is_alertable: Some(true),
            verify_install: Some(false),
            overview: Some("All better.".into()),
            support_url: Some("https://example.com/help".into()),
            allowed_origins: texts(&["https://example.com"]),
            webhook_headers: texts(&["X-Api-Key: hunter2"]),
            schema_json: Some(schema().to_string()),
            features: Some(Numbers { values: vec![3, 0] }),
            delivery: Some(DeliverySettings {
                timeout_ms: 2_000,
                retry_delays_seconds: vec![5, 60],
                strict_order: true,
                rate_per_second: 5,
            }),
            ..update(&app)
        };
        let changed = change(&service, &service.manager(), message).await.unwrap().into_inner();
        let view = changed.owner_view.clone().unwrap();
        assert_eq!((changed.slug.as_str(), changed.name.as_str()), ("hooks", "Better Hooks"));
        assert_eq!(changed.scopes, ["org:read", "event:read", "event:write"]);
        assert_eq!(changed.events, ["comment.created", "comment.deleted", "comment.updated"]);
        assert_eq!(changed.webhook_headers, ["X-Api-Key: ********"]);
        assert_eq!(serde_json::from_str::<Value>(&changed.schema_json).unwrap(), schema());
        let features: Vec<_> = changed.features.iter().map(|feature| feature.gate.as_str()).collect();
        assert_eq!(features, ["integrations-api", "integrations-event-hooks"]);
        let delivery = view.delivery.unwrap();
        assert_eq!((delivery.retry_delays_seconds, delivery.rate_per_second), (vec![5, 60], 5));
        assert_eq!((changed.is_alertable, changed.verify_install), (true, false));
        assert_eq!(changed.support_url.as_deref(), Some("https://example.com/help"));

        let message = patchbay_proto::installation::GetAppRequest { app: app.slug.clone() };
        let read = service.apps.clone().get_app(request_as(&service.manager(), message)).await.unwrap();
        assert_eq!(read.into_inner(), changed, "reading returns the changed app");
        let entries = service.audit.expect(&["SENTRY_APP_ADD", "SENTRY_APP_EDIT"]).await;
        assert!(String::from_utf8(entries[1].data_json.clone()).unwrap().contains("webhookHeaders"));
    })
    .await;
}

fn schema() -> Value {
    json!({ "elements": [
        { "type": "stacktrace-link", "uri": "/line" },
        { "type": "issue-media", "title": "Video", "elements": [{ "type": "video", "url": "/v" }] },
    ], "version": "\u{0}1" })
}

#[tokio::test]
async fn components_are_a_row_each_and_made_anew_with_the_schema() {
    each(|service| async move {
        let message = CreateAppRequest { schema_json: schema().to_string(), ..public("Hooks") };
        let app = service.app(message).await;
        let components = async || {
            let message =
                ListComponentsRequest { owner: Some(Owner::App(app.slug.clone())), ..Default::default() };
            let answer = service.apps.clone().list_components(request_as(&service.manager(), message)).await;
            answer.unwrap().into_inner().components
        };
        let first = components().await;
        let types: Vec<_> = first.iter().map(|component| component.r#type.as_str()).collect();
        assert_eq!(types, ["stacktrace-link", "issue-media"]);
        assert_eq!(first[0].schema_json, r#"{"type":"stacktrace-link","uri":"/line"}"#);
        assert_eq!((first[0].app_slug.as_str(), first[0].app_name.as_str()), ("hooks", "Hooks"));

        let message = UpdateAppRequest { schema_json: Some(schema().to_string()), ..update(&app) };
        change(&service, &service.manager(), message).await.unwrap();
        let second = components().await;
        assert_eq!(second.len(), 2);
        assert_ne!(first[0].uuid, second[0].uuid);
        let message = UpdateAppRequest { name: Some("Same".into()), ..update(&app) };
        change(&service, &service.manager(), message).await.unwrap();
        assert_eq!(components().await[0].uuid, second[0].uuid, "a change of something else leaves them");
        let message = UpdateAppRequest { schema_json: Some("{}".into()), ..update(&app) };
        change(&service, &service.manager(), message).await.unwrap();
        assert!(components().await.is_empty());

        let message = UpdateAppRequest { schema_json: Some(r#"{"elements":{}}"#.into()), ..update(&app) };
        let error = refusal(change(&service, &service.manager(), message).await);
        assert_eq!(error.fields[0].messages, ["'elements' should be an array of objects"]);
    })
    .await;
}

#[tokio::test]
async fn an_organization_sees_the_components_of_what_it_has_installed() {
    each(|service| async move {
        let message =
            CreateAppRequest { schema_json: schema().to_string(), verify_install: false, ..public("Hooks") };
        let app = service.app(message).await;
        let pending = CreateAppRequest { schema_json: schema().to_string(), ..public("Pending") };
        let pending = service.app(pending).await;
        for app in [&app, &pending] {
            service.install(&service.manager(), app, &service.acme).await.unwrap();
        }
        let list = async |caller: &Caller, r#type: &str| {
            let owner = Some(Owner::Organization("acme".into()));
            let message = ListComponentsRequest { owner, r#type: r#type.into(), ..Default::default() };
            service.apps.clone().list_components(request_as(caller, message)).await
        };
        let all = list(&member(&service.acme, Role::Member), "").await.unwrap().into_inner().components;
        assert_eq!(all.len(), 2, "pending installations do not count");
        assert!(
            all.iter()
                .all(|component| component.app_slug == "hooks" && component.installation_uuid.is_some())
        );
        assert_eq!(list(&service.manager(), "issue-media").await.unwrap().into_inner().components.len(), 1);
        let mut paged = Vec::new();
        for (offset, has_more) in [(0, true), (1, false), (2, false)] {
            let owner = Some(Owner::Organization("acme".into()));
            let message = ListComponentsRequest { owner, offset, limit: 1, ..Default::default() };
            let message = request_as(&service.manager(), message);
            let page = service.apps.clone().list_components(message).await.unwrap().into_inner();
            assert_eq!(page.has_more, has_more, "behind {offset}");
            paged.extend(page.components);
        }
        assert_eq!(paged, all);
        assert_eq!(reason(list(&service.outsider(), "").await), "PERMISSION_DENIED");
        assert_eq!(reason(list(&Caller::Anonymous, "").await), "NO_CREDENTIALS");
    })
    .await;
}

#[tokio::test]
async fn scopes_reach_every_token_of_the_app() {
    each(|service| async move {
        let manager = service.manager();
        let created =
            service.apps.clone().create_app(request_as(&manager, internal("nulldb"))).await.unwrap();
        let created = created.into_inner();
        let (app, token) = (created.app.unwrap(), created.initial_token.unwrap().token);
        let message = UpdateAppRequest { scopes: texts(&["event:write"]), ..update(&app) };
        change(&service, &manager, message).await.unwrap();
        assert_eq!(service.introspect(&token).await.scopes, ["event:read", "event:write"]);
        let message = UpdateAppRequest { scopes: texts(&[]), ..update(&app) };
        change(&service, &manager, message).await.unwrap();
        assert!(service.introspect(&token).await.scopes.is_empty());
    })
    .await;
}

#[tokio::test]
async fn scopes_reach_the_tokens_later_when_the_token_service_is_away() {
    each(|service| async move {
        let manager = service.manager();
        let created =
            service.apps.clone().create_app(request_as(&manager, internal("nulldb"))).await.unwrap();
        let created = created.into_inner();
        let (app, token) = (created.app.unwrap(), created.initial_token.unwrap().token);
        let cut_off = service.replica_without_tokens().await;
        let mut apps = patchbay_proto::installation::app_registry_client::AppRegistryClient::new(cut_off);
        let message = UpdateAppRequest { scopes: texts(&["event:read"]), ..update(&app) };
        let changed = apps.update_app(request_as(&manager, message)).await.unwrap().into_inner();
        assert_eq!(changed.scopes, ["event:read"]);
        eventually(SOON, "the tokens have the scopes", async || {
            service.clock.advance(std::time::Duration::from_secs(5));
            (service.introspect(&token).await.scopes == ["event:read"]).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn who_may_change_an_app() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let new_request = || UpdateAppRequest { overview: Some("x".into()), ..update(&app) };
        for (caller, expected) in [
            (member(&service.acme, Role::Owner), "OK"),
            (service.manager(), "OK"),
            (staff(), "OK"),
            (superuser(), "OK"),
            (Caller::Operator, "OK"),
            (member(&service.acme, Role::Admin), "PERMISSION_DENIED"),
            (member(&service.acme, Role::Member), "PERMISSION_DENIED"),
            (service.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::User(stranger()), "NOT_IN_OWNER_ORGANIZATION"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(change(&service, &caller, new_request()).await), expected, "{caller:?}");
        }
        let app = service.set_status(&app, AppStatus::Published).await;
        let installation = service.installed(&app).await;
        for caller in [service.outsider(), app_of(&installation)] {
            assert_eq!(
                reason(change(&service, &caller, new_request()).await),
                "PERMISSION_DENIED",
                "{caller:?}"
            );
        }
        let nothing = UpdateAppRequest { app: "nothing".into(), ..Default::default() };
        assert_eq!(reason(change(&service, &service.manager(), nothing).await), "APP_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn only_superusers_staff_and_operators_publish_and_unpublish() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        let set = async |caller: &Caller, app: &App, status: AppStatus| {
            change(&service, caller, UpdateAppRequest { status: Some(status.into()), ..update(app) }).await
        };
        let narrow = staff_with_token(&[Scope::EventRead]);
        assert_eq!(reason(set(&narrow, &app, AppStatus::Published).await), "NOT_IN_OWNER_ORGANIZATION");
        for caller in [service.manager(), Caller::Service("gateway".into())] {
            for status in [AppStatus::Published, AppStatus::PublishRequestInprogress] {
                let unchanged = set(&caller, &app, status).await.unwrap().into_inner();
                assert_eq!(unchanged.status(), AppStatus::Unpublished, "{caller:?}");
            }
        }
        let published = set(&superuser(), &app, AppStatus::Published).await.unwrap().into_inner();
        assert_eq!(published.status(), AppStatus::Published);
        assert_eq!(published.published_at.unwrap().seconds, crate::service::now().timestamp());
        let again = set(&Caller::Operator, &app, AppStatus::Published).await.unwrap().into_inner();
        assert_eq!(again.published_at, published.published_at);
        let back = set(&Caller::Operator, &app, AppStatus::Unpublished).await.unwrap().into_inner();
        assert_eq!((back.status(), back.published_at), (AppStatus::Unpublished, None));
        for caller in [superuser(), staff()] {
            for status in [AppStatus::PublishRequestInprogress, AppStatus::Unpublished, AppStatus::Published]
            {
                let changed = set(&caller, &app, status).await.unwrap().into_inner();
                assert_eq!(changed.status(), status, "{caller:?}");
            }
        }
        for status in [AppStatus::Internal, AppStatus::Unspecified, AppStatus::DeletionInProgress] {
            assert_eq!(reason(set(&superuser(), &app, status).await), "INVALID_STATUS_CHANGE", "{status:?}");
        }
        let own = service.app(internal("Own")).await;
        assert_eq!(reason(set(&superuser(), &own, AppStatus::Published).await), "INVALID_STATUS_CHANGE");
    })
    .await;
}

#[tokio::test]
async fn a_masked_header_keeps_its_value_and_secrets_stay_sealed() {
    each(|service| async move {
        let certificate = include_str!("../certificates/app.pem").to_owned();
        let key = include_str!("../certificates/app.key").to_owned();
        let app = service
            .app(CreateAppRequest { webhook_headers: vec!["X-Api-Key: hunter2".into()], ..public("Hooks") })
            .await;
        let message = UpdateAppRequest {
            webhook_headers: texts(&["X-Api-Key: ********", "X-New: ********"]),
            client_certificate: Some(ClientCertificate {
                certificate_pem: certificate.clone(),
                private_key_pem: key.clone(),
            }),
            ..update(&app)
        };
        let changed = change(&service, &service.manager(), message).await.unwrap().into_inner();
        assert!(changed.owner_view.clone().unwrap().has_client_certificate);
        let endpoint = service.endpoint(&app).await;
        assert_eq!(endpoint.webhook_headers, ["X-Api-Key: hunter2", "X-New: ********"]);
        let shown = endpoint.client_certificate.unwrap();
        assert_eq!((shown.certificate_pem, shown.private_key_pem.clone()), (certificate, key));
        let sealed: Vec<u8> = service.db.query("select client_key from apps").fetch_scalar().await.unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("PRIVATE KEY"));

        let message =
            UpdateAppRequest { client_certificate: Some(ClientCertificate::default()), ..update(&app) };
        let changed = change(&service, &service.manager(), message).await.unwrap().into_inner();
        assert!(!changed.owner_view.unwrap().has_client_certificate);
        let wrong = ClientCertificate { certificate_pem: "x".into(), private_key_pem: shown.private_key_pem };
        let message = UpdateAppRequest { client_certificate: Some(wrong), ..update(&app) };
        assert_eq!(
            refusal(change(&service, &service.manager(), message).await).fields[0].field,
            "clientCertificate"
        );
    })
    .await;
}

const ELSEWHERE: [&str; 4] = [
    "https://evil.example/hook",
    "https://evil.hooks.example.com/hook",
    "http://hooks.example.com/hook",
    "https://hooks.example.com:8443/hook",
];

async fn app_with_a_header(service: &Service) -> App {
    let webhook_url = Some("https://hooks.example.com/hook".to_owned());
    let webhook_headers = vec!["X-Api-Key: hunter2".to_owned()];
    service.app(CreateAppRequest { webhook_url, webhook_headers, ..internal("Own") }).await
}

fn moved(app: &App, url: &str) -> UpdateAppRequest {
    UpdateAppRequest { webhook_url: Some(url.to_owned()), ..update(app) }
}

#[tokio::test]
async fn header_values_do_not_follow_the_webhook_url_to_another_receiver() {
    each(|service| async move {
        let directly = ELSEWHERE.map(|url| vec![url]);
        let by_way_of_none =
            ["https://evil.example/", "https://hooks.example.com/hook"].map(|url| vec!["", url]);
        for way in directly.into_iter().chain(by_way_of_none) {
            let app = app_with_a_header(&service).await;
            for url in &way {
                change(&service, &service.manager(), moved(&app, url)).await.unwrap();
            }
            assert!(service.endpoint(&app).await.webhook_headers.is_empty(), "{way:?}");
            let masked =
                UpdateAppRequest { webhook_headers: texts(&["X-Api-Key: ********"]), ..update(&app) };
            change(&service, &service.manager(), masked).await.unwrap();
            let sent = service.endpoint(&app).await.webhook_headers;
            assert_eq!(sent, ["X-Api-Key: ********"], "the value is gone: {way:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_masked_value_is_asked_for_again_when_the_webhook_url_points_elsewhere() {
    each(|service| async move {
        let app = app_with_a_header(&service).await;
        for url in ELSEWHERE.into_iter().chain([""]) {
            let webhook_headers = texts(&["X-Api-Key: ********", "X-Other: 1"]);
            let message = UpdateAppRequest { webhook_headers, ..moved(&app, url) };
            let error = refusal(change(&service, &service.manager(), message).await);
            assert_eq!(error.fields.len(), 1, "{url}");
            assert_eq!(error.fields[0].field, "webhookHeaders");
            let message = "The webhookUrl points elsewhere, so the value of X-Api-Key has to be given again.";
            assert_eq!(error.fields[0].messages, [message]);
            let endpoint = service.endpoint(&app).await;
            assert_eq!(endpoint.webhook_url, "https://hooks.example.com/hook");
            assert_eq!(endpoint.webhook_headers, ["X-Api-Key: hunter2"]);
        }
    })
    .await;
}

#[tokio::test]
async fn header_values_stay_while_the_receiver_stays_and_new_ones_come_with_a_new_receiver() {
    each(|service| async move {
        let app = service
            .app(CreateAppRequest {
                webhook_url: Some("https://hooks.example.com/hook".into()),
                webhook_headers: vec!["X-Api-Key: hunter2".into()],
                ..public("Hooks")
            })
            .await;
        let path = Some("https://hooks.example.com/other".to_owned());
        let message = UpdateAppRequest {
            webhook_url: path,
            webhook_headers: texts(&["X-Api-Key: ********"]),
            ..update(&app)
        };
        change(&service, &service.manager(), message).await.unwrap();
        assert_eq!(service.endpoint(&app).await.webhook_headers, ["X-Api-Key: hunter2"]);
        let message = UpdateAppRequest {
            webhook_url: Some("https://new.example/hook".into()),
            webhook_headers: texts(&["X-Api-Key: hunter3"]),
            ..update(&app)
        };
        change(&service, &service.manager(), message).await.unwrap();
        assert_eq!(service.endpoint(&app).await.webhook_headers, ["X-Api-Key: hunter3"]);
    })
    .await;
}

#[tokio::test]
async fn forwarding_every_error_is_a_feature_of_the_organization() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        service.set_features(&[]).await;
        for events in [&["error"][..], &["issue", "error.created"]] {
            let message = UpdateAppRequest { events: texts(events), ..update(&app) };
            let error = refusal(change(&service, &service.manager(), message).await);
            assert_eq!(error.reason, "FEATURE_NOT_ENABLED");
            assert_eq!(
                error.fields[0].messages,
                ["Your organization does not have access to the 'error' resource subscription."]
            );
            let message = CreateAppRequest {
                events: events.iter().map(|&event| event.to_owned()).collect(),
                ..public("More Hooks")
            };
            let answer = service.apps.clone().create_app(request_as(&service.manager(), message)).await;
            assert_eq!(reason(answer), "FEATURE_NOT_ENABLED");
        }
        service.set_features(&["integrations-event-hooks"]).await;
        let message = UpdateAppRequest { events: texts(&["error"]), ..update(&app) };
        let changed = change(&service, &service.manager(), message).await.unwrap().into_inner();
        assert_eq!(changed.events, ["error.created"]);
    })
    .await;
}

#[tokio::test]
async fn an_internal_token_is_not_touched_by_a_change_of_something_else() {
    each(|service| async move {
        let manager = service.manager();
        let created =
            service.apps.clone().create_app(request_as(&manager, internal("nulldb"))).await.unwrap();
        let created = created.into_inner();
        let (app, token) = (created.app.unwrap(), created.initial_token.unwrap().token);
        let before = service.introspect(&token).await;
        let message = UpdateAppRequest { name: Some("Zero".into()), ..update(&app) };
        change(&service, &manager, message).await.unwrap();
        let after = service.introspect(&token).await;
        assert_eq!((after.inactive(), after.scopes), (Inactive::Unspecified, before.scopes));
    })
    .await;
}

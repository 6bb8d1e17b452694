use std::time::Duration;

use patchbay_domain::{Caller, ErrorKind, Role, Scope};
use patchbay_proto::auth_token::Inactive;
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::{
    App, AppStatus, CreateAppRequest, Feature, GetAppRequest, InstallationStatus, ListInstallationsRequest,
    UninstallRequest,
};
use patchbay_rpc::request_as;

use crate::callers::{app_of, member, member_with_token, staff, staff_with_token, superuser};
use crate::service::{Service, each, internal, public, reason, refusal};

fn is_64_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

#[tokio::test]
async fn a_public_app_is_registered_with_credentials() {
    each(|service| async move {
        let message = CreateAppRequest {
            events: vec!["issue".into(), "comment.created".into()],
            redirect_url: Some("https://example.com/installed".into()),
            is_alertable: true,
            overview: Some("Hooks.".into()),
            support_url: Some("https://example.com/help".into()),
            allowed_origins: vec!["https://example.com".into()],
            webhook_headers: vec!["X-Api-Key: hunter2".into()],
            ..public("Webhooks Galore")
        };
        let answer = service.apps.clone().create_app(request_as(&service.manager(), message)).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(answer.initial_token, None);
        let app = answer.app.unwrap();
        let view = app.owner_view.clone().unwrap();
        assert!(is_64_hex(&view.client_id), "{}", view.client_id);
        assert!(is_64_hex(view.client_secret()));
        assert_ne!(view.client_id, view.client_secret());
        let expected = App {
            id: 1,
            uuid: app.uuid.clone(),
            slug: "webhooks-galore".into(),
            name: "Webhooks Galore".into(),
            author: Some("ACME Inc".into()),
            status: AppStatus::Unpublished.into(),
            scopes: vec!["event:read".into(), "org:read".into()],
            events: [
                "comment.created",
                "issue.assigned",
                "issue.created",
                "issue.ignored",
                "issue.resolved",
                "issue.unresolved",
            ]
            .map(String::from)
            .to_vec(),
            webhook_url: Some("https://example.com/hook".into()),
            redirect_url: Some("https://example.com/installed".into()),
            is_alertable: true,
            verify_install: true,
            overview: Some("Hooks.".into()),
            support_url: Some("https://example.com/help".into()),
            schema_json: "{}".into(),
            allowed_origins: vec!["https://example.com".into()],
            popularity: 1,
            published_at: None,
            created_at: app.created_at,
            owner_view: Some(patchbay_proto::installation::OwnerView {
                organization_id: service.acme.id,
                organization_slug: "acme".into(),
                ..view
            }),
            webhook_headers: vec!["X-Api-Key: ********".into()],
            is_disabled: false,
            features: vec![Feature {
                id: 0,
                gate: "integrations-api".into(),
                description: "Webhooks Galore can use the API with the permissions it was given.".into(),
            }],
            avatars: vec![],
            metadata_json: "{}".into(),
        };
        assert_eq!(app, expected);
        assert_eq!(app.created_at.unwrap().seconds, crate::service::now().timestamp());
        let read = service
            .apps
            .clone()
            .get_app(request_as(&service.manager(), GetAppRequest { app: app.slug.clone() }))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(read, app, "reading returns the created app");
        assert!(service.metrics.encode().contains("patchbay_installation_apps_created_total 1"));
    })
    .await;
}

#[tokio::test]
async fn secrets_are_not_stored_in_the_clear() {
    each(|service| async move {
        let message =
            CreateAppRequest { webhook_headers: vec!["X-Api-Key: hunter2".into()], ..public("Hooks") };
        let app = service.app(message).await;
        let secret = app.owner_view.unwrap().client_secret.unwrap();
        let (sealed, headers): (Vec<u8>, patchbay_db::Json<serde_json::Value>) =
            service.db.query("select client_secret, webhook_headers from apps").fetch_one().await.unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains(&secret));
        let headers = headers.0.to_string();
        assert!(headers.contains("X-Api-Key") && !headers.contains("hunter2"), "{headers}");
    })
    .await;
}

#[tokio::test]
async fn all_invalid_fields_are_reported_at_once_by_their_rest_names() {
    each(|service| async move {
        let message = CreateAppRequest {
            name: Some("x".repeat(58)),
            author: None,
            scopes: vec!["org:admin".into(), "org:fly".into()],
            events: vec!["team".into()],
            webhook_url: Some("example.com".into()),
            allowed_origins: vec!["*".into()],
            ..public("x")
        };
        let error = refusal(service.apps.clone().create_app(request_as(&service.manager(), message)).await);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Invalid, "INVALID_FIELD"));
        let found: Vec<_> =
            error.fields.iter().map(|field| (field.field.as_str(), field.messages.join("|"))).collect();
        let expected = [
            ("name", "Cannot exceed 57 characters"),
            ("author", "author required for public integrations"),
            (
                "scopes",
                "Requested permission of org:admin exceeds requester's permission. \
                 Please contact an administrator to make the requested change.|org:fly not a valid scope",
            ),
            ("events", "Invalid event subscription: team"),
            ("webhookUrl", "URL must start with http[s]://"),
            ("allowedOrigins", "'*' not allowed in origin"),
        ];
        assert_eq!(found, expected.map(|(field, message)| (field, message.to_owned())));
    })
    .await;
}

#[tokio::test]
async fn a_slug_is_given_once() {
    each(|service| async move {
        service.app(public("Webhooks Galore")).await;
        let again = public("Webhooks  GALORE");
        let error = refusal(service.apps.clone().create_app(request_as(&service.manager(), again)).await);
        assert_eq!(error.fields[0].field, "name");
        assert_eq!(error.fields[0].messages, ["Name Webhooks  GALORE is already taken, please use another."]);
        let (one, two) = (service.app(internal("nulldb")).await, service.app(internal("nulldb")).await);
        assert_ne!(one.slug, two.slug, "internal apps take no name away");
        assert!(one.slug.starts_with("nulldb-") && one.slug.len() == 13, "{}", one.slug);
        let number = service.app(public("1234")).await;
        assert!(number.slug.starts_with("1234-"), "{}", number.slug);
    })
    .await;
}

#[tokio::test]
async fn who_may_register_an_app_where() {
    each(|service| async move {
        let installation = service.installed(&service.published_app().await).await;
        let cases = [
            (member(&service.acme, Role::Manager), "acme", "OK", ""),
            (member(&service.acme, Role::Owner), "acme", "OK", ""),
            (superuser(), "acme", "OK", ""),
            (
                member(&service.acme, Role::Admin),
                "acme",
                "PERMISSION_DENIED",
                "You do not have permission to perform this action.",
            ),
            (
                member_with_token(&service.acme, Role::Owner, &[Scope::OrgRead]),
                "acme",
                "PERMISSION_DENIED",
                "You do not have permission to perform this action.",
            ),
            (service.outsider(), "acme", "NOT_A_MEMBER", "User does not belong to the 'acme' organization."),
            (
                service.manager(),
                "nowhere",
                "NOT_A_MEMBER",
                "User does not belong to the 'nowhere' organization.",
            ),
            (
                staff(),
                "acme",
                "NOT_IN_ORGANIZATION",
                "User must be a part of the Org they're trying to create the app in",
            ),
            (staff(), "nowhere", "ORGANIZATION_NOT_FOUND", "Organization 'nowhere' does not exist."),
            (
                staff_with_token(&[Scope::OrgWrite]),
                "acme",
                "NOT_A_MEMBER",
                "User does not belong to the 'acme' organization.",
            ),
            (superuser(), "nowhere", "ORGANIZATION_NOT_FOUND", "Organization 'nowhere' does not exist."),
            (superuser(), "1", "ORGANIZATION_NOT_FOUND", "Organization '1' does not exist."),
            (
                service.manager(),
                "",
                "ORGANIZATION_REQUIRED",
                "Please provide a valid value for the 'organization' field.",
            ),
            (
                app_of(&installation),
                "other-corp",
                "PERMISSION_DENIED",
                "You do not have permission to perform this action.",
            ),
            (Caller::Anonymous, "acme", "NO_CREDENTIALS", "Authentication credentials were not provided."),
        ];
        for (number, (caller, organization, expected, expected_message)) in cases.into_iter().enumerate() {
            let message = CreateAppRequest {
                organization: organization.into(),
                scopes: vec![],
                ..public(&format!("App {number} x"))
            };
            let answer = service.apps.clone().create_app(request_as(&caller, message)).await;
            if expected == "OK" {
                assert_eq!(reason(answer), "OK", "{caller:?}");
            } else {
                let error = refusal(answer);
                assert_eq!(
                    (error.reason.as_ref(), error.message.as_str()),
                    (expected, expected_message),
                    "{caller:?}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_is_installed_at_once_and_has_a_token() {
    each(|service| async move {
        let manager = service.manager();
        let message = CreateAppRequest { verify_install: true, ..internal("nulldb") };
        let answer =
            service.apps.clone().create_app(request_as(&manager, message)).await.unwrap().into_inner();
        let (app, token) = (answer.app.unwrap(), answer.initial_token.unwrap());
        assert_eq!(app.status(), AppStatus::Internal);
        assert_eq!(app.author.as_deref(), Some("Acme"), "the organization's name stands in");
        assert!(!app.verify_install);

        let message = ListInstallationsRequest { organization: "acme".into(), ..Default::default() };
        let listed = service.installations.clone().list_installations(request_as(&manager, message)).await;
        let [installation] = &listed.unwrap().into_inner().installations[..] else { panic!("there is one") };
        assert_eq!(installation.app_slug, app.slug);
        assert_eq!(installation.status(), InstallationStatus::Installed);
        assert_eq!(installation.code, None, "internal apps have no grants");

        assert!(is_64_hex(&token.token));
        assert_eq!(token.scopes, ["org:read", "org:write"], "the token includes implied scopes");
        let Some(Subject::Installation(subject)) = service.introspect(&token.token).await.subject else {
            panic!("the token is the installation's")
        };
        assert_eq!(subject.installation_uuid, installation.uuid);
        assert_eq!((subject.app_id, subject.organization_id), (app.id, service.acme.id));

        service.audit.expect(&["INTERNAL_INTEGRATION_ADD", "SENTRY_APP_ADD"]).await;
        service.assert_no_event_waits().await;
    })
    .await;
}

#[tokio::test]
async fn without_the_token_service_public_apps_are_registered_and_internal_ones_are_not() {
    each(|service| async move {
        let mut apps = AppRegistryClient::new(service.replica_without_tokens().await);
        let error = refusal(apps.create_app(request_as(&service.manager(), internal("nulldb"))).await);
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(reason(apps.create_app(request_as(&service.manager(), public("Hooks"))).await), "OK");
        let slugs: Vec<String> = service.db.query("select slug from apps").fetch_scalars().await.unwrap();
        assert_eq!(slugs, ["hooks"]);
        let installed: i64 =
            service.db.query("select count(*) from installations").fetch_scalar().await.unwrap();
        assert_eq!(installed, 0);
    })
    .await;
}

#[tokio::test]
async fn an_internal_app_that_is_removed_takes_its_first_token_along() {
    each(|service| async move {
        let manager = service.manager();
        let answer = service.apps.clone().create_app(request_as(&manager, internal("nulldb"))).await.unwrap();
        let (app, token) =
            (answer.get_ref().app.clone().unwrap(), answer.into_inner().initial_token.unwrap());
        let installation = service.install(&manager, &app, &service.acme).await.unwrap().into_inner();
        assert_eq!(service.introspect(&token.token).await.inactive(), Inactive::Unspecified);
        let message = UninstallRequest { uuid: installation.uuid };
        service.installations.clone().uninstall(request_as(&manager, message)).await.unwrap();
        assert_eq!(service.introspect(&token.token).await.inactive(), Inactive::Unknown);
    })
    .await;
}

async fn shown_secret(service: &Service, caller: &Caller, app: &App) -> Option<Option<String>> {
    let message = GetAppRequest { app: app.id.to_string() };
    let app = service.apps.clone().get_app(request_as(caller, message)).await.unwrap().into_inner();
    app.owner_view.map(|view| view.client_secret)
}

#[tokio::test]
async fn the_client_secret_is_shown_for_a_day_to_those_who_could_do_what_the_app_can() {
    each(|service| async move {
        let app = service
            .app(CreateAppRequest {
                scopes: vec!["org:write".into(), "event:read".into()],
                ..public("Hooks")
            })
            .await;
        service.set_status(&app, AppStatus::Published).await;
        let secret = app.owner_view.clone().unwrap().client_secret;
        let masked = Some("*".repeat(64));
        let member = member(&service.acme, Role::Member);

        assert_eq!(shown_secret(&service, &service.manager(), &app).await, Some(secret.clone()));
        assert_eq!(shown_secret(&service, &superuser(), &app).await, Some(secret));
        assert_eq!(shown_secret(&service, &member, &app).await, Some(masked));
        assert_eq!(shown_secret(&service, &service.outsider(), &app).await, None, "no owner view at all");
        assert_eq!(shown_secret(&service, &staff(), &app).await, None);

        service.clock.advance(Duration::from_secs(24 * 3600 + 1));
        for caller in [service.manager(), superuser(), member] {
            assert_eq!(shown_secret(&service, &caller, &app).await, Some(None), "{caller:?}");
        }
    })
    .await;
}

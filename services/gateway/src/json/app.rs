//! An app.

use std::collections::BTreeSet;

use patchbay_proto::installation::{App, AppStatus, CreateAppResponse, InitialToken, OwnerView};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::app_texts::AppTexts;
use super::authorization::TokenJson;
use super::avatar::{AvatarJson, avatars};
use super::delivery::DeliveryJson;
use super::feature::FeatureJson;
use super::time;

/// An app.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = App)]
pub(crate) struct AppJson {
    name: String,
    slug: String,
    uuid: String,
    author: Option<String>,
    status: &'static str,
    scopes: Vec<String>,
    /// The resources, each once; single events are in `webhook_events`.
    events: BTreeSet<String>,
    webhook_events: Vec<String>,
    webhook_url: Option<String>,
    webhook_headers: Vec<String>,
    is_alertable: bool,
    is_disabled: bool,
    verify_install: bool,
    #[serde(flatten)]
    texts: AppTexts,
    schema: Value,
    metadata: Value,
    allowed_origins: Vec<String>,
    popularity: i32,
    avatars: Vec<AvatarJson>,
    feature_data: Vec<FeatureJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(flatten)]
    owner: Option<OwnerJson>,
    /// Only in the answer that creates an internal app.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<[TokenJson; 1]>,
}

/// Only the owner sees these fields. The others' answers lack them, so none is required.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppOwner)]
struct OwnerJson {
    #[schema(required = false)]
    client_id: String,
    client_secret: Option<String>,
    /// The client secret in the form that libraries for Standard Webhooks take.
    webhook_secret: Option<String>,
    #[schema(required = false)]
    owner: OrganizationJson,
    #[schema(required = false)]
    delivery: DeliveryJson,
    #[schema(required = false)]
    /// Whether requests to the endpoint of the app use a client certificate. The certificate itself is never shown.
    has_client_certificate: bool,
    /// After a rotation, until when the secret before this one signs too.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_secret_until: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OwnerOrganization)]
struct OrganizationJson {
    id: i64,
    slug: String,
}

/// Keys of the JSON of an app that no request changes. They are ignored when they are sent back.
pub(crate) const READ_ONLY: &[&str] = &[
    "slug",
    "uuid",
    "webhookEvents",
    "isDisabled",
    "avatars",
    "featureData",
    "datePublished",
    "tokens",
    "clientId",
    "clientSecret",
    "webhookSecret",
    "owner",
    "hasClientCertificate",
    "previousSecretUntil",
];

impl AppJson {
    /// `base_url` is the public URL of this platform.
    pub(crate) fn new(mut app: App, base_url: &str) -> Self {
        let texts = AppTexts::from(&mut app);
        let status = app.status();
        let object = |json: &str| serde_json::from_str(json).unwrap_or_else(|_| json!({}));
        Self {
            feature_data: app.features.into_iter().map(FeatureJson::from).collect(),
            name: app.name,
            slug: app.slug,
            uuid: app.uuid,
            author: app.author,
            status: status_name(status),
            scopes: app.scopes,
            events: app.events.iter().map(|event| resource(event).to_owned()).collect(),
            webhook_events: app.events,
            webhook_url: app.webhook_url,
            webhook_headers: app.webhook_headers,
            is_alertable: app.is_alertable,
            is_disabled: app.is_disabled,
            verify_install: app.verify_install,
            texts,
            schema: object(&app.schema_json),
            metadata: object(&app.metadata_json),
            allowed_origins: app.allowed_origins,
            popularity: app.popularity,
            avatars: avatars(app.avatars, base_url),
            date_published: app.published_at.as_ref().and_then(time::iso),
            owner: app.owner_view.map(OwnerJson::from),
            tokens: None,
        }
    }

    /// The app as its creator sees it; `None` when the answer has no app.
    pub(crate) fn created(answer: CreateAppResponse, base_url: &str) -> Option<Self> {
        let tokens = answer.initial_token.map(|token: InitialToken| [TokenJson::initial(token)]);
        Some(Self { tokens, ..Self::new(answer.app?, base_url) })
    }
}

impl From<OwnerView> for OwnerJson {
    fn from(view: OwnerView) -> Self {
        Self {
            client_id: view.client_id,
            client_secret: view.client_secret,
            webhook_secret: view.webhook_secret,
            owner: OrganizationJson { id: view.organization_id, slug: view.organization_slug },
            delivery: view.delivery.unwrap_or_default().into(),
            has_client_certificate: view.has_client_certificate,
            previous_secret_until: view.previous_secret_until.as_ref().and_then(time::iso),
        }
    }
}

fn resource(event: &str) -> &str {
    event.split_once('.').map_or(event, |(resource, _)| resource)
}

/// Sentry's names of the states of an app.
const STATUS_NAMES: [(AppStatus, &str); 5] = [
    (AppStatus::Unpublished, "unpublished"),
    (AppStatus::Published, "published"),
    (AppStatus::Internal, "internal"),
    (AppStatus::PublishRequestInprogress, "publish_request_inprogress"),
    (AppStatus::DeletionInProgress, "deletion_in_progress"),
];

fn status_name(status: AppStatus) -> &'static str {
    STATUS_NAMES.iter().find(|(known, _)| *known == status).map_or("unpublished", |(_, name)| *name)
}

/// The status of this name.
pub(crate) fn status_named(name: &str) -> Option<AppStatus> {
    STATUS_NAMES.iter().find(|(_, known)| *known == name).map(|(status, _)| *status)
}

#[cfg(test)]
mod tests {
    use patchbay_proto::installation::{Avatar, AvatarPhoto, Feature};
    use prost_types::Timestamp;

    use super::*;

    const BASE: &str = "https://patchbay.example";

    fn app() -> App {
        App {
            id: 12,
            uuid: "2ebf071f-28df-4989-aca9-c37c763b278f".into(),
            slug: "acme".into(),
            name: "ACME".into(),
            status: AppStatus::Unpublished.into(),
            scopes: vec!["event:read".into()],
            events: vec!["error.created".into(), "issue.assigned".into(), "issue.created".into()],
            webhook_url: Some("https://example.com/hook".into()),
            schema_json: "{}".into(),
            popularity: 1,
            verify_install: true,
            features: vec![Feature {
                id: 0,
                gate: "integrations-api".into(),
                description: "ACME can use the API with the permissions it was given.".into(),
            }],
            avatars: vec![Avatar {
                uuid: "8ae5e1ee-7bf7-4b4a-8f1b-b5b2e2b0a2a3".into(),
                photo: AvatarPhoto::Logo.into(),
                is_uploaded: true,
            }],
            metadata_json: "{}".into(),
            ..App::default()
        }
    }

    fn owner(client_secret: Option<&str>, webhook_secret: Option<&str>) -> Option<OwnerView> {
        Some(OwnerView {
            organization_id: 7,
            organization_slug: "org".into(),
            client_id: "1d".into(),
            client_secret: client_secret.map(str::to_owned),
            webhook_secret: webhook_secret.map(str::to_owned),
            ..OwnerView::default()
        })
    }

    fn json_of(app: App) -> Value {
        serde_json::to_value(AppJson::new(app, BASE)).unwrap()
    }

    #[test]
    fn a_stranger_sees_the_app_without_what_is_its_owners() {
        let text = serde_json::to_string(&AppJson::new(app(), BASE)).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"name":"ACME","slug":"acme","uuid":"2ebf071f-28df-4989-aca9-c37c763b278f","author":null,"#,
                r#""status":"unpublished","scopes":["event:read"],"events":["error","issue"],"#,
                r#""webhookEvents":["error.created","issue.assigned","issue.created"],"#,
                r#""webhookUrl":"https://example.com/hook","webhookHeaders":[],"#,
                r#""isAlertable":false,"isDisabled":false,"verifyInstall":true,"redirectUrl":null,"overview":null,"supportUrl":null,"#,
                r#""schema":{},"metadata":{},"#,
                r#""allowedOrigins":[],"popularity":1,"avatars":[{"avatarType":"upload","avatarUuid":"8ae5e1ee-7bf7-4b4a-8f1b-b5b2e2b0a2a3","#,
                r#""avatarUrl":"https://patchbay.example/sentry-app-avatar/8ae5e1ee-7bf7-4b4a-8f1b-b5b2e2b0a2a3/","#,
                r#""color":true,"photoType":"logo"}],"featureData":[{"featureId":0,"#,
                r#""featureGate":"integrations-api","#,
                r#""description":"ACME can use the API with the permissions it was given."}]}"#,
            )
        );
    }

    #[test]
    fn the_owner_sees_the_secret_in_both_forms_or_masked_or_not_at_all() {
        let masked = "*".repeat(64);
        let cases = [
            (Some("9c11"), Some("whsec_nBE=")),
            (Some(masked.as_str()), Some(masked.as_str())),
            (None, None),
        ];
        for (client_secret, webhook_secret) in cases {
            let shown = json_of(App { owner_view: owner(client_secret, webhook_secret), ..app() });
            assert_eq!(shown["clientSecret"], json!(client_secret));
            assert_eq!(shown["webhookSecret"], json!(webhook_secret));
            assert_eq!(shown["clientId"], "1d");
            assert_eq!(shown["owner"], json!({ "id": 7, "slug": "org" }));
            assert_eq!(
                shown["delivery"],
                json!({ "timeoutMs": null, "retrySchedule": null, "strictOrder": false, "ratePerSecond": null })
            );
        }
    }

    #[test]
    fn only_a_published_app_has_a_date() {
        let published_at = Some(Timestamp { seconds: 1_786_849_394, nanos: 870_000_000 });
        let published = App { status: AppStatus::Published.into(), published_at, ..app() };
        assert_eq!(json_of(published)["datePublished"], "2026-08-16T03:03:14.870Z");
        let internal = json_of(App { status: AppStatus::Internal.into(), ..app() });
        assert!(internal.get("datePublished").is_none());
    }

    #[test]
    fn the_first_token_of_an_internal_app_is_told_with_it() {
        let token = InitialToken { id: 3, token: "t".repeat(64), ..InitialToken::default() };
        let answer = CreateAppResponse { app: Some(app()), initial_token: Some(token) };
        let shown = serde_json::to_value(AppJson::created(answer, BASE)).unwrap();
        assert_eq!(shown["tokens"][0]["id"], "3");
        assert_eq!(shown["tokens"][0]["token"], "t".repeat(64));
        assert!(shown["tokens"][0]["expiresAt"].is_null());
    }

    #[test]
    fn every_status_has_one_name() {
        for (status, name) in STATUS_NAMES {
            assert_eq!((status_name(status), status_named(name)), (name, Some(status)));
        }
        assert_eq!(status_named("fired"), None);
    }
}

//! New apps: the request and its checks.

use std::ops::RangeInclusive;

use patchbay_domain::{Error, Scope, ScopeSet, SecretString};

use crate::domain::app::allowed_origins;
use crate::domain::app::author;
use crate::domain::app::client_certificate;
use crate::domain::app::client_certificate::ClientCertificate;
use crate::domain::app::delivery_settings;
use crate::domain::app::delivery_settings::DeliverySettings;
use crate::domain::app::name;
use crate::domain::app::popularity;
use crate::domain::app::requested_scopes;
use crate::domain::app::subscriptions;
use crate::domain::app::texts::AppTexts;
use crate::domain::app::web_url;
use crate::domain::app::webhook_header;
use crate::domain::app::webhook_header::WebhookHeader;
use crate::domain::custom_event_type::CustomEventType;
use crate::domain::problems::Problems;
use crate::domain::schema;

/// An unchecked request to register an app.
#[derive(Debug, Clone, Default)]
pub(crate) struct AppRequest {
    pub(crate) name: Option<String>,
    pub(crate) author: Option<String>,
    /// `None` if the key was absent, which differs from an empty list.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) events: Vec<String>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) is_internal: bool,
    pub(crate) is_alertable: bool,
    pub(crate) verify_install: bool,
    pub(crate) texts: AppTexts,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) webhook_headers: Vec<String>,
    /// JSON.
    pub(crate) schema: String,
    /// Used for reviewers only.
    pub(crate) popularity: Option<i32>,
    pub(crate) delivery: DeliverySettings,
    /// Certificate and key.
    pub(crate) client_certificate: Option<(String, SecretString)>,
    /// Custom event types, which apps can subscribe to as to built-in ones.
    pub(crate) custom_event_types: Vec<CustomEventType>,
}

/// A checked request to register an app.
#[derive(Debug, Clone)]
pub(crate) struct AppDraft {
    pub(crate) name: String,
    pub(crate) author: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) events: Vec<String>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) is_internal: bool,
    pub(crate) is_alertable: bool,
    pub(crate) verify_install: bool,
    pub(crate) texts: AppTexts,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) webhook_headers: Vec<WebhookHeader>,
    pub(crate) schema: String,
    pub(crate) popularity: i32,
    pub(crate) delivery: DeliverySettings,
    pub(crate) client_certificate: Option<ClientCertificate>,
}

/// Checks a request. `requester` are the scopes that the caller holds in the owning organization, `timeouts` the operator's
/// bounds for webhook timeouts, in milliseconds. Errors name fields as the REST API does.
pub(crate) fn check(
    request: AppRequest,
    requester: ScopeSet,
    timeouts: &RangeInclusive<u32>,
) -> Result<AppDraft, Error> {
    let mut problems = Problems::default();
    let is_internal = request.is_internal;
    let name = problems.take("name", name::check(request.name.as_deref()));
    let given = request.author.as_deref().unwrap_or_default();
    let author = problems.take("author", author::check(given));
    if given.trim().is_empty() && !is_internal {
        problems.add("author", "author required for public integrations");
    }
    let requested = request.scopes.as_deref();
    let scopes = requested_scopes::check(requested.is_some(), requested.unwrap_or_default(), requester);
    let scopes = problems.take("scopes", scopes);
    let events =
        problems.take("events", subscriptions::check(&request.events, &scopes, &request.custom_event_types));
    let schema = problems.take("schema", schema::check(&request.schema).map(|schema| schema.to_string()));
    let has_webhook_url = request.webhook_url.as_deref().is_some_and(|url| !url.trim().is_empty());
    if !has_webhook_url
        && let Some(why) = needs_webhook_url(is_internal, &request.events, request.is_alertable)
    {
        problems.add("webhookUrl", why);
    }
    let draft = AppDraft {
        name,
        author,
        scopes,
        events,
        webhook_url: problems.take("webhookUrl", web_url::check(request.webhook_url.as_deref())),
        texts: AppTexts::default().changed(request.texts, &mut problems),
        is_internal,
        is_alertable: request.is_alertable,
        // An internal app is installed once, at its creation, so there is nothing to confirm.
        verify_install: request.verify_install && !is_internal,
        allowed_origins: problems.take("allowedOrigins", allowed_origins::check(&request.allowed_origins)),
        webhook_headers: problems.take("webhookHeaders", webhook_header::check(&request.webhook_headers)),
        schema,
        popularity: problems
            .take("popularity", popularity::check(request.popularity.unwrap_or(popularity::DEFAULT))),
        delivery: problems.take("delivery", delivery_settings::check(request.delivery, timeouts)),
        client_certificate: request
            .client_certificate
            .and_then(|(pem, key)| problems.take("clientCertificate", client_certificate::check(pem, key))),
    };
    problems.finish().map(|()| draft)
}

/// The reason why such an app requires a webhook URL; `None` if it does not.
pub(crate) fn needs_webhook_url(
    is_internal: bool,
    events: &[String],
    is_alertable: bool,
) -> Option<&'static str> {
    if !is_internal {
        Some("webhookUrl required for public integrations")
    } else if !events.is_empty() {
        Some("webhookUrl required if webhook events are enabled")
    } else if is_alertable {
        Some("webhookUrl required if alert rule action is enabled")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::invisible::PROBLEM;

    use super::*;
    use patchbay_domain::Role;

    fn public() -> AppRequest {
        AppRequest {
            name: Some("Webhooks Galore".into()),
            author: Some("ACME".into()),
            scopes: Some(vec!["event:read".into()]),
            events: vec!["issue".into()],
            webhook_url: Some("https://example.com/hook".into()),
            ..AppRequest::default()
        }
    }

    fn internal() -> AppRequest {
        AppRequest {
            name: Some("x".into()),
            scopes: Some(vec![]),
            is_internal: true,
            ..AppRequest::default()
        }
    }

    fn checked(request: AppRequest) -> Result<AppDraft, Error> {
        check(request, Role::Manager.scopes(), &(1_000..=30_000))
    }

    fn violations(request: AppRequest) -> Vec<(String, Vec<String>)> {
        let error = checked(request).unwrap_err();
        assert_eq!(error.reason, "INVALID_FIELD");
        error.fields.into_iter().map(|violation| (violation.field, violation.messages)).collect()
    }

    #[test]
    fn a_complete_request_is_accepted() {
        let draft = checked(public()).unwrap();
        assert_eq!(draft.events.len(), 5);
        assert_eq!(draft.scopes, [Scope::EventRead]);
        assert!(checked(internal()).is_ok(), "an internal app needs nothing but a name");
    }

    #[test]
    fn names_of_apps_and_authors_are_what_they_look_like() {
        let hidden = || Some("ACME\u{200b}".to_owned());
        let request = AppRequest { name: hidden(), author: hidden(), ..public() };
        let expected = ["name", "author"].map(|field| (field.to_owned(), vec![PROBLEM.to_owned()]));
        assert_eq!(violations(request), expected);
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let request = AppRequest {
            name: Some("x".repeat(58)),
            author: None,
            scopes: Some(vec!["org:fly".into()]),
            events: vec!["team".into()],
            webhook_url: Some("ftp://x".into()),
            texts: AppTexts { redirect_url: Some("x".into()), ..AppTexts::default() },
            allowed_origins: vec!["*".into()],
            webhook_headers: vec!["nonsense".into()],
            schema: "[]".into(),
            popularity: Some(-1),
            delivery: DeliverySettings { timeout_ms: Some(1), ..DeliverySettings::default() },
            client_certificate: Some(("x".into(), SecretString::new("x"))),
            ..AppRequest::default()
        };
        let fields: Vec<_> = violations(request).into_iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            [
                "name",
                "author",
                "scopes",
                "events",
                "schema",
                "webhookUrl",
                "redirectUrl",
                "allowedOrigins",
                "webhookHeaders",
                "popularity",
                "delivery",
                "clientCertificate"
            ]
        );
    }

    #[test]
    fn an_empty_request_names_what_is_required() {
        let expected = [
            ("name", "This field is required."),
            ("author", "author required for public integrations"),
            ("scopes", "This field is required."),
            ("webhookUrl", "webhookUrl required for public integrations"),
        ];
        let found = violations(AppRequest::default());
        assert_eq!(found, expected.map(|(field, message)| (field.to_owned(), vec![message.to_owned()])));
    }

    #[test]
    fn an_internal_app_needs_a_webhook_url_for_what_is_sent_to_it() {
        for (request, message) in [
            (
                AppRequest { events: vec!["issue".into()], ..internal() },
                "webhookUrl required if webhook events are enabled",
            ),
            (
                AppRequest { is_alertable: true, ..internal() },
                "webhookUrl required if alert rule action is enabled",
            ),
        ] {
            assert_eq!(violations(request), [("webhookUrl".to_owned(), vec![message.to_owned()])]);
        }
    }

    #[test]
    fn an_internal_app_never_verifies_its_installation() {
        assert!(!checked(AppRequest { verify_install: true, ..internal() }).unwrap().verify_install);
        assert!(checked(AppRequest { verify_install: true, ..public() }).unwrap().verify_install);
    }
}

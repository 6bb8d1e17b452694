use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Error;
use patchbay_proto::installation::{ClientCertificate, CreateAppRequest};
use patchbay_rpc::request_as;
use serde_json::Value;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{
    RequestBody, anything, custom, flag, group, integer, json, nullable_text, request_body, required_text,
    text_or_blank, texts,
};
use crate::api::operation::{Operation, post};
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::app::{AppJson, READ_ONLY};
use crate::json::app_texts::AppTexts;
use crate::json::delivery::{self, DeliveryChange};
use patchbay_edge::answer::Answer;

request_body! {
    /// A new app.
    NewApp {
        organization: Option<Value> = anything("organization").described(Kind::Text).required(),
        name: String = required_text("name"),
        author: Option<String> = nullable_text("author"),
        scopes: Option<Vec<String>> = custom("scopes", Kind::Texts, scopes).required(),
        events: Vec<String> = texts("events"),
        webhook_url: Option<String> = text_or_blank("webhookUrl"),
        is_internal: bool = flag("isInternal"),
        is_alertable: bool = flag("isAlertable"),
        verify_install: bool = flag("verifyInstall"),
        texts: AppTexts = group::<AppTexts>(),
        allowed_origins: Vec<String> = texts("allowedOrigins"),
        webhook_headers: Vec<String> = texts("webhookHeaders"),
        schema_json: Option<String> = json("schema"),
        popularity: Option<i32> = integer("popularity"),
        delivery: Option<DeliveryChange> = custom("delivery", Kind::Anything, delivery::change),
        client_certificate: Option<ClientCertificate> =
            custom("clientCertificate", Kind::Anything, delivery::client_certificate),
    }
}

/// As in Sentry, a new app has the features, status and metadata that every new app has.
const IGNORED: &[&str] = &["features", "status", "metadata"];

pub(super) fn operation() -> Operation {
    post("create_app", "/api/0/sentry-apps/", create_app)
        .does("Register an app")
        .by(one_of(WRITERS))
        .takes_only::<NewApp>()
        .answers::<AppJson>(201)
}

async fn create_app(
    State(context): State<Context>,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<AppJson>)> {
    // An app learns nothing about the request: it never registers apps.
    if caller.app().is_some() {
        return Err(Error::permission_denied().into());
    }
    let request = request_as(&caller, read(fields)?);
    let answer = context.services.apps().create_app(request).await.answer()?;
    let app = AppJson::created(answer, context.config.base_url())
        .ok_or_else(|| Error::internal("NO_APP", "Internal error."))?;
    Ok((StatusCode::CREATED, Json(app)))
}

fn read(mut fields: Fields) -> patchbay_domain::Result<CreateAppRequest> {
    let app = NewApp::read_from(&mut fields);
    fields.refuse_others(NewApp::FIELDS, &[READ_ONLY, IGNORED].concat());
    // The organization comes first: it decides whether the caller may register an app at all.
    let Some(Value::String(organization)) = app.organization else {
        let message = "Please provide a valid value for the 'organization' field.";
        return Err(Error::not_found("ORGANIZATION_REQUIRED", message));
    };
    fields.finish()?;
    Ok(CreateAppRequest {
        organization: organization.replace('\0', "\u{fffd}"),
        name: Some(app.name),
        author: app.author,
        has_scopes: app.scopes.is_some(),
        scopes: app.scopes.unwrap_or_default(),
        events: app.events,
        webhook_url: given(app.webhook_url),
        is_internal: app.is_internal,
        is_alertable: app.is_alertable,
        verify_install: app.verify_install,
        allowed_origins: app.allowed_origins,
        webhook_headers: app.webhook_headers,
        schema_json: app.schema_json.unwrap_or_default(),
        popularity: app.popularity,
        delivery: app.delivery.map(|change| change.settings),
        client_certificate: app.client_certificate,
        ..app.texts.into()
    })
}

/// `None` when the key is left out, which the owner of apps refuses; null is an empty list.
fn scopes(fields: &mut Fields, name: &'static str) -> Option<Vec<String>> {
    let scopes = texts(name).read(fields);
    fields.has(name).then_some(scopes)
}

/// A form sends a field that was left empty as an empty text.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(value: Value) -> patchbay_domain::Result<CreateAppRequest> {
        let Value::Object(object) = value else { panic!("an object is needed") };
        read(Fields::new(object))
    }

    #[test]
    fn a_whole_body_is_read() {
        let request = read_json(json!({
            "organization": "org", "name": " ACME ", "author": "Jane", "scopes": ["event:read"],
            "events": ["issue"], "schema": {}, "webhookUrl": "https://example.com", "redirectUrl": "",
            "isInternal": false, "isAlertable": true, "verifyInstall": true, "overview": null,
            "allowedOrigins": [], "webhookHeaders": ["X-A: b"], "popularity": 5, "features": [0],
        }))
        .unwrap();
        assert_eq!(request.name.as_deref(), Some("ACME"));
        assert!(request.has_scopes && request.is_alertable && request.verify_install);
        assert_eq!((request.delivery, request.client_certificate), (None, None));
        assert_eq!((request.redirect_url.as_deref(), request.overview), (Some(""), None));
    }

    #[test]
    fn delivery_and_certificate_are_read_and_unknown_keys_are_refused() {
        let body = |more: Value| {
            let mut body = json!({ "organization": "org", "name": "ACME", "scopes": [] });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let request = read_json(body(json!({
            "delivery": { "timeoutMs": 3000 }, "clientCertificate": { "certificate": "c", "privateKey": "k" },
        })))
        .unwrap();
        assert_eq!(request.delivery.unwrap().timeout_ms, 3000);
        assert_eq!(request.client_certificate.unwrap().certificate_pem, "c");
        for (more, field) in [
            (json!({ "webhookURL": "https://example.com" }), "webhookURL"),
            (json!({ "is_alertable": true }), "is_alertable"),
            (json!({ "delivery": { "timeout": 1 } }), "delivery"),
        ] {
            assert_eq!(read_json(body(more)).unwrap_err().fields[0].field, field);
        }
    }

    #[test]
    fn an_organization_that_is_no_text_is_not_found() {
        for body in [json!({}), json!({ "organization": 7 }), json!({ "organization": null, "name": 1 })] {
            assert_eq!(read_json(body).unwrap_err().reason, "ORGANIZATION_REQUIRED");
        }
    }

    #[test]
    fn every_field_of_a_wrong_type_is_named() {
        let body = json!({
            "organization": "org", "name": null, "author": true, "scopes": "x", "events": [{}], "popularity": "x",
            "webhookUrl": {}, "isInternal": "perhaps", "isAlertable": null, "overview": true,
        });
        let error = read_json(body).unwrap_err();
        let names: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(
            names,
            [
                "name",
                "author",
                "scopes",
                "events",
                "webhookUrl",
                "isInternal",
                "isAlertable",
                "overview",
                "popularity"
            ]
        );
    }
}

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Error;
use patchbay_proto::installation::CreateAppRequest;
use patchbay_rpc::request_as;
use serde_json::Value;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::operation::{Operation, post};
use crate::api::schema::{Field, Kind, optional, required};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::app::AppJson;

const NEW_APP: &[Field] = &[
    required("organization", Kind::Text),
    required("name", Kind::Text),
    optional("author", Kind::NullableText),
    required("scopes", Kind::Texts),
    optional("events", Kind::Texts),
    optional("schema", Kind::Anything),
    optional("webhookUrl", Kind::NullableText),
    optional("redirectUrl", Kind::NullableText),
    required("isInternal", Kind::Flag),
    required("isAlertable", Kind::Flag),
    required("verifyInstall", Kind::Flag),
    optional("overview", Kind::NullableText),
    optional("allowedOrigins", Kind::Texts),
    optional("webhookHeaders", Kind::Texts),
    optional("popularity", Kind::Integer),
];

pub(super) fn operation() -> Operation {
    post("create_app", "/api/0/sentry-apps/", create_app)
        .does("Register an app")
        .by(one_of(WRITERS))
        .takes(NEW_APP)
        .answers::<AppJson>(201)
}

/// Registers an app.
async fn create_app(
    State(context): State<Context>,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<AppJson>)> {
    let request = request_as(&caller, read(fields)?);
    let answer = context.services.apps().create_app(request).await.answer()?;
    let app = AppJson::created(answer, context.config.base_url())
        .ok_or_else(|| Error::internal("NO_APP", "Internal error."))?;
    Ok((StatusCode::CREATED, Json(app)))
}

fn read(mut fields: Fields) -> patchbay_domain::Result<CreateAppRequest> {
    // Which organization it is about comes first, as it decides who may go on.
    let Some(Value::String(organization)) = fields.raw("organization") else {
        let message = "Please provide a valid value for the 'organization' field.";
        return Err(Error::not_found("ORGANIZATION_REQUIRED", message));
    };
    let organization = organization.replace('\0', "\u{fffd}");
    let request = CreateAppRequest {
        organization,
        name: Some(fields.required_text("name")),
        author: fields.nullable_text("author"),
        has_scopes: fields.has("scopes"),
        scopes: fields.texts("scopes"),
        events: fields.texts("events"),
        webhook_url: given(fields.text_or_blank("webhookUrl")),
        redirect_url: given(fields.text_or_blank("redirectUrl")),
        is_internal: fields.flag("isInternal"),
        is_alertable: fields.flag("isAlertable"),
        verify_install: fields.flag("verifyInstall"),
        overview: given(fields.text_or_blank("overview")),
        allowed_origins: fields.texts("allowedOrigins"),
        webhook_headers: fields.texts("webhookHeaders"),
        schema_json: fields.json("schema").unwrap_or_default(),
        popularity: fields.integer("popularity"),
    };
    fields.finish()?;
    Ok(request)
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
        assert_eq!((request.redirect_url, request.overview), (None, None));
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

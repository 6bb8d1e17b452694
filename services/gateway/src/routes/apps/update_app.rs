use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, shortened};
use patchbay_proto::installation::{AppStatus, Numbers, Texts, UpdateAppRequest};
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::{Field, Kind, optional};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::app::{AppJson, status_named};
use crate::json::delivery;
use crate::routes::app_refusal::refusal;

/// All optional; null leaves a field as it is.
const APP_CHANGES: &[Field] = &[
    optional("name", Kind::Text),
    optional("author", Kind::NullableText),
    optional("scopes", Kind::Texts),
    optional("events", Kind::Texts),
    optional("schema", Kind::Anything),
    optional("webhookUrl", Kind::NullableText),
    optional("redirectUrl", Kind::NullableText),
    optional("isAlertable", Kind::Flag),
    optional("verifyInstall", Kind::Flag),
    optional("overview", Kind::NullableText),
    optional("allowedOrigins", Kind::Texts),
    optional("webhookHeaders", Kind::Texts),
    optional("features", Kind::Integers),
    optional("popularity", Kind::Integer),
    optional("status", Kind::Choice(&["unpublished", "published", "publish_request_inprogress"])),
    optional("metadata", Kind::Object),
    optional("delivery", Kind::Anything),
    optional("clientCertificate", Kind::Anything),
];

pub(super) fn operation() -> Operation {
    put("update_app", "/api/0/sentry-apps/{app}/", update_app)
        .does("Change an app")
        .by(one_of(WRITERS).and_staff())
        .takes(APP_CHANGES)
        .answers::<AppJson>(200)
}

/// Changes what is given. Null leaves a field as it is, as in Sentry.
async fn update_app(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<AppJson>> {
    let request = request_as(&caller, read(params.app()?, fields, &caller)?);
    let answer = context.services.apps().update_app(request).await.answer();
    let app = answer.map_err(|error| refusal(error, &caller))?;
    context.options.clear();
    Ok(Json(AppJson::new(app, context.config.base_url())))
}

fn read(app: String, mut fields: Fields, caller: &Caller) -> patchbay_domain::Result<UpdateAppRequest> {
    let texts = |values: Vec<String>| Texts { values };
    let request = UpdateAppRequest {
        app,
        name: fields.text("name"),
        author: fields.nullable_text("author"),
        scopes: fields.given_texts("scopes").map(texts),
        events: fields.given_texts("events").map(texts),
        webhook_url: fields.text_or_blank("webhookUrl"),
        redirect_url: fields.text_or_blank("redirectUrl"),
        is_alertable: fields.given_flag("isAlertable"),
        verify_install: fields.given_flag("verifyInstall"),
        overview: fields.text_or_blank("overview"),
        allowed_origins: fields.given_texts("allowedOrigins").map(texts),
        webhook_headers: fields.given_texts("webhookHeaders").map(texts),
        schema_json: fields.json("schema"),
        features: fields.choices("features").map(|values| Numbers { values }),
        popularity: fields.integer("popularity"),
        status: status(&mut fields, caller).map(Into::into),
        metadata_json: if caller.is_superuser() { fields.json("metadata") } else { None },
        delivery: delivery::settings(&mut fields),
        client_certificate: delivery::client_certificate(&mut fields),
    };
    fields.finish()?;
    Ok(request)
}

/// What anybody but a superuser says about the status is not even looked at.
fn status(fields: &mut Fields, caller: &Caller) -> Option<AppStatus> {
    if !caller.is_superuser() {
        return None;
    }
    let name = fields.nullable_text("status")?;
    let status = status_named(&name);
    if status.is_none() {
        fields.problem("status", format!("\"{}\" is not a valid choice.", shortened(&name)));
    }
    status
}

#[cfg(test)]
mod tests {
    use patchbay_domain::UserCaller;
    use serde_json::{Value, json};

    use super::*;

    fn user(is_superuser: bool) -> Caller {
        Caller::User(UserCaller {
            user_id: 1,
            name: "Jane".into(),
            email: "jane@example.com".into(),
            is_superuser,
            is_staff: false,
            memberships: Vec::new(),
            token_scopes: None,
        })
    }

    fn read_json(body: Value, is_superuser: bool) -> patchbay_domain::Result<UpdateAppRequest> {
        let Value::Object(object) = body else { panic!("an object is needed") };
        read("hooks".into(), Fields::new(object), &user(is_superuser))
    }

    fn nothing() -> UpdateAppRequest {
        UpdateAppRequest { app: "hooks".into(), ..Default::default() }
    }

    #[test]
    fn what_is_absent_or_null_is_not_changed() {
        assert_eq!(read_json(json!({}), true).unwrap(), nothing());
        let nulls = json!({
            "author": null, "scopes": null, "events": null, "webhookUrl": null, "redirectUrl": null, "schema": null,
            "overview": null, "features": null, "popularity": null, "status": null, "metadata": null,
        });
        assert_eq!(read_json(nulls, true).unwrap(), nothing());
    }

    #[test]
    fn what_is_empty_is_taken_away() {
        let body = json!({ "scopes": [], "webhookUrl": "", "overview": "", "schema": {}, "delivery": null });
        let request = read_json(body, false).unwrap();
        assert_eq!(request.scopes, Some(Texts::default()));
        assert_eq!((request.webhook_url.as_deref(), request.overview.as_deref()), (Some(""), Some("")));
        assert_eq!(request.schema_json.as_deref(), Some("{}"));
        assert_eq!(request.delivery, Some(Default::default()));
    }

    #[test]
    fn only_a_superuser_moves_the_status_and_sets_metadata() {
        let body = || json!({ "status": "published", "metadata": { "a": 1 } });
        let request = read_json(body(), true).unwrap();
        assert_eq!(request.status, Some(AppStatus::Published.into()));
        assert_eq!(request.metadata_json.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(read_json(body(), false).unwrap(), nothing());
        assert_eq!(read_json(json!({ "status": [] }), false).unwrap(), nothing());
        let error = read_json(json!({ "status": "fired" }), true).unwrap_err();
        assert_eq!(error.fields[0].messages, ["\"fired\" is not a valid choice."]);
    }

    #[test]
    fn every_field_of_a_wrong_type_is_named() {
        let body = json!({
            "name": null, "author": "", "scopes": "x", "events": [{}], "isAlertable": "maybe", "verifyInstall": null,
            "allowedOrigins": 1, "webhookHeaders": {}, "features": ["x"], "popularity": "x", "delivery": 5,
            "clientCertificate": { "certificate": "x" },
        });
        let error = read_json(body, false).unwrap_err();
        let names: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(
            names,
            [
                "name",
                "author",
                "scopes",
                "events",
                "isAlertable",
                "verifyInstall",
                "allowedOrigins",
                "webhookHeaders",
                "features",
                "popularity",
                "delivery",
                "clientCertificate"
            ]
        );
    }
}

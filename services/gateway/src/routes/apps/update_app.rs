use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, shortened};
use patchbay_proto::installation::{AppStatus, ClientCertificate, Numbers, Texts, UpdateAppRequest};
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::{Fields, kind};
use crate::api::key::{
    RequestBody, custom, given_flag, given_texts, group, integer, integers, json, nullable_text,
    request_body, text, text_or_blank,
};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::context::Context;
use crate::json::app::{AppJson, READ_ONLY, status_named};
use crate::json::app_texts::AppTexts;
use crate::json::delivery::{self, DeliveryChange};
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

const STATUS: &str = "status";
const STATUSES: &[&str] = &["unpublished", "published", "publish_request_inprogress"];

request_body! {
    /// Every key may be left out; null leaves a field as it is, as in Sentry.
    AppChanges {
        name: Option<String> = text("name"),
        author: Option<String> = nullable_text("author"),
        scopes: Option<Vec<String>> = given_texts("scopes"),
        events: Option<Vec<String>> = given_texts("events"),
        webhook_url: Option<String> = text_or_blank("webhookUrl"),
        is_alertable: Option<bool> = given_flag("isAlertable"),
        verify_install: Option<bool> = given_flag("verifyInstall"),
        texts: AppTexts = group::<AppTexts>(),
        allowed_origins: Option<Vec<String>> = given_texts("allowedOrigins"),
        webhook_headers: Option<Vec<String>> = given_texts("webhookHeaders"),
        schema_json: Option<String> = json("schema"),
        features: Option<Vec<i32>> = integers("features"),
        popularity: Option<i32> = integer("popularity"),
        status: Option<String> = text_or_blank(STATUS).choice(STATUSES),
        metadata_json: Option<String> = custom("metadata", Kind::Object, metadata),
        delivery: Option<DeliveryChange> = custom("delivery", Kind::Anything, delivery::change),
        client_certificate: Option<ClientCertificate> =
            custom("clientCertificate", Kind::Anything, delivery::client_certificate),
    }
}

/// Keys of a new app that are fixed then. Forms send them with every change.
const FIXED: &[&str] = &["organization", "isInternal"];

pub(super) fn operation() -> Operation {
    put("update_app", "/api/0/sentry-apps/{app}/", update_app)
        .does("Change an app")
        .by(one_of(WRITERS).and_staff())
        .takes_only::<AppChanges>()
        .answers::<AppJson>(200)
}

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
    let texts = |values: Option<Vec<String>>| values.map(|values| Texts { values });
    let changes = AppChanges::read_from(&mut fields);
    fields.refuse_others(AppChanges::FIELDS, &[READ_ONLY, FIXED].concat());
    // Only reviewers change the status, and superusers the metadata; from other callers the two keys are ignored.
    let reviews = caller.is_superuser() || caller.is_staff();
    let status = changes.status.filter(|_| reviews).and_then(|name| status(&mut fields, &name));
    fields.finish()?;
    let (delivery, delivery_mask) = changes.delivery.map(|change| (change.settings, change.mask)).unzip();
    Ok(UpdateAppRequest {
        app,
        name: changes.name,
        author: changes.author,
        scopes: texts(changes.scopes),
        events: texts(changes.events),
        webhook_url: changes.webhook_url,
        is_alertable: changes.is_alertable,
        verify_install: changes.verify_install,
        allowed_origins: texts(changes.allowed_origins),
        webhook_headers: texts(changes.webhook_headers),
        schema_json: changes.schema_json,
        features: changes.features.map(|values| Numbers { values }),
        popularity: changes.popularity,
        status: status.map(Into::into),
        metadata_json: changes.metadata_json.filter(|_| caller.is_superuser()),
        delivery,
        delivery_mask,
        client_certificate: changes.client_certificate,
        ..changes.texts.into()
    })
}

fn status(fields: &mut Fields, name: &str) -> Option<AppStatus> {
    let status = status_named(name);
    if status.is_none() {
        fields.problem(STATUS, format!("\"{}\" is not a valid choice.", shortened(name)));
    }
    status
}

fn metadata(fields: &mut Fields, name: &'static str) -> Option<String> {
    let json = json(name).read(fields)?;
    if !json.starts_with('{') {
        let kind = fields.raw(name).map_or("NoneType", kind);
        fields.problem(name, format!("Expected a dictionary of items but got type \"{kind}\"."));
    }
    Some(json)
}

#[cfg(test)]
mod tests {
    use patchbay_domain::UserCaller;
    use patchbay_proto::installation::{App, OwnerView};
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
    fn staff_move_the_status_and_set_no_metadata() {
        let Value::Object(body) = json!({ "status": "published", "metadata": { "a": 1 } }) else {
            unreachable!("it is an object");
        };
        let Caller::User(person) = user(false) else { unreachable!("it is a user") };
        let staff = Caller::User(UserCaller { is_staff: true, ..person });
        let request = read("hooks".into(), Fields::new(body), &staff).unwrap();
        assert_eq!(request, UpdateAppRequest { status: Some(AppStatus::Published.into()), ..nothing() });
    }

    #[test]
    fn the_json_of_an_app_may_be_sent_back_and_unknown_keys_are_refused() {
        let app = App { owner_view: Some(OwnerView::default()), ..App::default() };
        let Value::Object(mut shown) =
            serde_json::to_value(AppJson::new(app, "https://patchbay.example")).unwrap()
        else {
            panic!("an app is an object")
        };
        for optional in ["datePublished", "previousSecretUntil", "tokens"] {
            shown.insert(optional.to_owned(), Value::Null);
        }
        (shown["name"], shown["author"]) = (json!("Hooks"), json!("ACME"));
        read_json(Value::Object(shown), false).unwrap();
        for name in ["webhookURL", "timeoutMs", "overview ", ""] {
            let error = read_json(json!({ name: 1 }), true).unwrap_err();
            assert_eq!((error.fields.len(), error.fields[0].field.as_str()), (1, name));
        }
    }

    #[test]
    fn a_change_of_delivery_names_the_settings_that_are_changed() {
        let request = read_json(json!({ "delivery": { "timeoutMs": 3000 } }), false).unwrap();
        assert_eq!(request.delivery.unwrap().timeout_ms, 3000);
        assert_eq!(request.delivery_mask.unwrap().paths, ["timeout_ms"]);
        assert_eq!(
            read_json(json!({ "delivery": null }), false).unwrap().delivery_mask.unwrap().paths.len(),
            4
        );
    }

    #[test]
    fn only_a_superuser_moves_the_status_and_sets_metadata() {
        let body = || json!({ "status": "published", "metadata": { "a": 1 } });
        let request = read_json(body(), true).unwrap();
        assert_eq!(request.status, Some(AppStatus::Published.into()));
        assert_eq!(request.metadata_json.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(read_json(body(), false).unwrap(), nothing());
        assert_eq!(read_json(json!({ "status": "fired" }), false).unwrap(), nothing());
        let error = read_json(json!({ "status": "fired" }), true).unwrap_err();
        assert_eq!(error.fields[0].messages, ["\"fired\" is not a valid choice."]);
    }

    #[test]
    fn every_field_of_a_wrong_type_is_named() {
        let body = json!({
            "name": null, "author": "", "scopes": "x", "events": [{}], "isAlertable": "maybe", "verifyInstall": null,
            "allowedOrigins": 1, "webhookHeaders": {}, "features": ["x"], "popularity": "x", "delivery": 5,
            "clientCertificate": { "certificate": "x" }, "status": [], "metadata": "x",
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
                "status",
                "metadata",
                "delivery",
                "clientCertificate"
            ]
        );
    }
}

use axum::Json;
use axum::extract::State;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{AppStatus, SetAppStatusRequest};
use patchbay_rpc::request_as;

use super::get_app::{fetch, refusal};
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::fields::Fields;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::app::{AppJson, status_named};
use crate::params::Params;

/// `PUT /api/0/sentry-apps/{app}/`: moves an app to another status when a superuser says so. Anybody else's
/// status is ignored, as Sentry does it.
pub(crate) async fn update_app(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<AppJson>> {
    let app = params.app()?;
    let app = match read(fields, &caller)? {
        None => fetch(&gateway, &caller, app).await?,
        Some(status) => {
            let request = request_as(&caller, SetAppStatusRequest { app, status: status.into() });
            let answer = gateway.services.apps().set_app_status(request).await.answer();
            answer.map_err(|error| refusal(error, &caller))?
        }
    };
    Ok(Json(app.into()))
}

/// The status to move to, if the caller can move it at all.
fn read(mut fields: Fields, caller: &Caller) -> patchbay_domain::Result<Option<AppStatus>> {
    let unsupported: Vec<_> = fields.names().filter(|name| *name != "status").collect();
    if !unsupported.is_empty() {
        let message = format!("Changing {} is not supported yet.", unsupported.join(", "));
        return Err(Error::invalid("NOT_SUPPORTED_YET", message));
    }
    if !caller.is_superuser() {
        return Ok(None);
    }
    let name = fields.text("status");
    let status = name.as_deref().and_then(status_named);
    if let (Some(name), None) = (&name, status) {
        fields.problem("status", format!("\"{name}\" is not a valid choice."));
    }
    fields.finish()?;
    Ok(status)
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

    fn read_json(body: Value, is_superuser: bool) -> patchbay_domain::Result<Option<AppStatus>> {
        let Value::Object(object) = body else { panic!("an object is needed") };
        read(Fields::new(object), &user(is_superuser))
    }

    #[test]
    fn only_a_superuser_moves_the_status() {
        let body = || json!({ "status": "published" });
        assert_eq!(read_json(body(), true), Ok(Some(AppStatus::Published)));
        assert_eq!(read_json(body(), false), Ok(None));
        assert_eq!(read_json(json!({ "status": 5 }), false), Ok(None));
        assert_eq!(read_json(json!({}), true), Ok(None));
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let error = read_json(json!({ "status": "published", "name": "x", "events": [] }), true).unwrap_err();
        assert_eq!(error.message, "Changing name, events is not supported yet.");
        let error = read_json(json!({ "status": "fired" }), true).unwrap_err();
        assert_eq!(error.fields[0].messages, ["\"fired\" is not a valid choice."]);
        let error = read_json(json!({ "status": null }), true).unwrap_err();
        assert_eq!(error.fields[0].messages, ["This field may not be null."]);
    }
}

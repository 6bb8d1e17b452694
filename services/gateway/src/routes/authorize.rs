use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::{Error, Result};
use patchbay_proto::installation::AuthorizeRequest;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::body::JsonBody;
use crate::error::Failure;
use crate::fields::Fields;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::authorization::TokenJson;
use crate::params::Params;

/// `POST /api/0/sentry-app-installations/{installation}/authorizations/`: exchanges a grant code or a refresh
/// token. Who asks is told by the body alone; headers and cookies do not count here.
pub(crate) async fn authorize(
    State(gateway): State<Gateway>,
    params: Params,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<TokenJson>), Failure> {
    let (message, state) = read(params.installation()?, fields)?;
    let request = request_as(&patchbay_domain::Caller::Anonymous, message);
    let answer = gateway.services.installations().authorize(request).await.answer()?;
    Ok((StatusCode::CREATED, Json(TokenJson::authorization(answer, state))))
}

fn read(installation_uuid: String, mut fields: Fields) -> Result<(AuthorizeRequest, Option<String>)> {
    if fields.is_empty() {
        return Err(Error::unauthenticated("INVALID_REQUEST", "Invalid request"));
    }
    let client_id = credential(&fields, "client_id")?;
    let client_secret = credential(&fields, "client_secret")?;
    let grant = match fields.raw("grant_type").and_then(Value::as_str) {
        Some("authorization_code") => Grant::Code(fields.required_text("code")),
        Some("refresh_token") => Grant::RefreshToken(fields.required_text("refresh_token")),
        _ => return Err(Error::forbidden("INVALID_GRANT_TYPE", "Invalid grant_type")),
    };
    let state = fields.text_or_blank("state");
    fields.finish()?;
    Ok((AuthorizeRequest { installation_uuid, client_id, client_secret, grant: Some(grant) }, state))
}

/// One that is missing or no text is as wrong as any other.
fn credential(fields: &Fields, name: &str) -> Result<String> {
    let text = fields.raw(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.map(str::to_owned)
        .ok_or_else(|| Error::unauthenticated("INVALID_CLIENT", "Invalid Client ID / Secret pair"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: Value) -> Error {
        let Value::Object(object) = body else { panic!("an object is needed") };
        read(String::new(), Fields::new(object)).unwrap_err()
    }

    #[test]
    fn a_body_is_refused_in_the_contracts_order() {
        let pair = "Invalid Client ID / Secret pair";
        for (body, message) in [
            (json!({}), "Invalid request"),
            (json!({ "code": "x" }), pair),
            (json!({ "client_id": 1, "client_secret": "s", "grant_type": "x" }), pair),
            (json!({ "client_id": "c", "client_secret": null }), pair),
            (json!({ "client_id": "c", "client_secret": "s" }), "Invalid grant_type"),
            (
                json!({ "client_id": "c", "client_secret": "s", "grant_type": "client_credentials" }),
                "Invalid grant_type",
            ),
            (json!({ "client_id": "c", "client_secret": "s", "grant_type": ["x"] }), "Invalid grant_type"),
        ] {
            assert_eq!(refused(body.clone()).message, message, "{body}");
        }
    }

    #[test]
    fn the_field_that_is_exchanged_is_needed() {
        let body = |grant_type: &str, rest: Value| {
            let mut body = json!({ "client_id": "c", "client_secret": "s", "grant_type": grant_type });
            for (name, value) in rest.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        for (body, field, message) in [
            (body("authorization_code", json!({})), "code", "This field is required."),
            (body("authorization_code", json!({ "code": null })), "code", "This field may not be null."),
            (body("authorization_code", json!({ "code": 1 })), "code", "Not a valid string."),
            (body("refresh_token", json!({ "code": "x" })), "refresh_token", "This field is required."),
        ] {
            let error = refused(body);
            assert_eq!(
                (error.fields[0].field.as_str(), error.fields[0].messages[0].as_str()),
                (field, message)
            );
        }
    }
}

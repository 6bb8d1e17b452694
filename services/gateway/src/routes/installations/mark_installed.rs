use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::MarkInstalledRequest;
use patchbay_rpc::request_as;

use crate::api::access::THE_APP;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, request_body, required_text};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::installation::InstallationJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// The only status that an app sets.
    NewStatus {
        status: String = required_text("status").choice(&["installed"]),
    }
}

pub(super) fn operation() -> Operation {
    put("mark_installed", "/api/0/sentry-app-installations/{installation}/", mark_installed)
        .does("Confirm an installation")
        .by(THE_APP)
        .takes::<NewStatus>()
        .answers::<InstallationJson>(200)
}

async fn mark_installed(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<InstallationJson>> {
    let uuid = params.installation()?;
    check(fields)?;
    let request = request_as(&caller, MarkInstalledRequest { uuid });
    let installation = context.services.installations().mark_installed(request).await.answer()?;
    Ok(Json(installation.into()))
}

/// `installed` is the only status.
fn check(mut fields: Fields) -> patchbay_domain::Result<()> {
    let status = NewStatus::read_from(&mut fields).status;
    if !status.is_empty() && status != "installed" {
        let message = format!("Invalid value '{status}' for status. Valid values: 'installed'");
        fields.problem("status", message);
    }
    fields.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn installed_is_the_only_status_there_is() {
        let problem = |status| {
            let object = [("status".to_owned(), status)].into_iter().collect();
            check(Fields::new(object)).map_err(|error| error.fields[0].messages.join("|"))
        };
        assert_eq!(problem(json!("installed")), Ok(()));
        assert_eq!(
            problem(json!("pending")),
            Err("Invalid value 'pending' for status. Valid values: 'installed'".to_owned())
        );
        assert_eq!(problem(json!(null)), Err("This field may not be null.".to_owned()));
        assert_eq!(problem(json!("")), Err("This field may not be blank.".to_owned()));
    }
}

use axum::extract::State;
use axum::response::Redirect;
use patchbay_domain::{Error, Scope};
use patchbay_proto::installation::GetInstallationRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("follow_redirect", "/api/0/sentry-app-installations/{installation}/redirect/", follow_redirect)
        .does("Send the browser to the app that was installed")
        .by(one_of(&[Scope::OrgIntegrations]))
        .answers_nothing(303)
}

/// Sends the browser of the person who installed the app to its redirect URL, with `code`, `installationId` and
/// `orgSlug`. Sentry has no such operation: its pages do it themselves.
async fn follow_redirect(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Redirect> {
    let request = request_as(&caller, GetInstallationRequest { uuid: params.installation()? });
    let installation = context.services.installations().get_installation(request).await.answer()?;
    // The answer has no address for callers who may not see the code. They get a 403, not a 404 for a missing address.
    let sees_code = caller.has_any(installation.organization_id, &[Scope::OrgIntegrations]);
    if caller.app().is_some() || !sees_code {
        return Err(Error::permission_denied().into());
    }
    let nowhere = || Error::not_found("NO_REDIRECT_URL", "The app has no redirect URL");
    Ok(Redirect::to(&installation.redirect_url.ok_or_else(nowhere)?))
}

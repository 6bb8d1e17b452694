use patchbay_domain::{Error, ErrorKind, feature};
use patchbay_proto::auth_token::TokenPair;

use super::find_installation::find_installation;
use super::installing_organization::installing_organization;
use crate::context::Context;
use crate::domain::app::{App, AppStatus};
use crate::domain::installation::assertion;
use crate::sealing;
use crate::store::apps;

/// Replaces the token of an installation. The JWT proves that the sender holds the client secret of its app.
pub(super) async fn authorize_by_assertion(
    context: &Context,
    uuid: &str,
    jwt: &str,
) -> Result<(App, TokenPair), Error> {
    let installation = find_installation(context, uuid).await.map_err(|error| match error.kind {
        ErrorKind::NotFound => unknown_installation(),
        _ => error,
    })?;
    let app = apps::find(&context.db, &installation.app.id.to_string()).await?;
    let app =
        app.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(unknown_installation)?;
    let secret = sealing::client_secret(&context.sealing, &app)?;
    let assertion = assertion::verify(jwt, &app.client_id, &secret, context.clock.now())?;

    let organization = installing_organization(context, &installation).await?;
    if !organization.features.iter().any(|name| name == feature::MANUAL_TOKEN_REFRESH) {
        let message = "Manual token refresh is not enabled for this organization";
        return Err(Error::forbidden("MANUAL_REFRESH_DISABLED", message));
    }
    let refreshed = context.tokens.refresh_by_assertion(installation.uuid, &app, assertion).await;
    let pair = refreshed.map_err(|error| match error.reason.as_ref() {
        "INSTALLATION_ENDED" => Error::not_found("INSTALLATION_ENDED", "Installation not found"),
        _ => error,
    })?;
    Ok((app, pair))
}

fn unknown_installation() -> Error {
    Error::unauthenticated("INSTALLATION_NOT_FOUND", "Installation not found")
}

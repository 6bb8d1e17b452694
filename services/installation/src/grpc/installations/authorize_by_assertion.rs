use patchbay_domain::{Error, ErrorKind, feature};
use patchbay_proto::auth_token::TokenPair;

use super::authorize::organization;
use super::get_installation::existing;
use crate::domain::app::{App, AppStatus};
use crate::domain::assertion;
use crate::registry::Registry;
use crate::sealing;
use crate::store::apps;

/// Refreshes on the signed word of the installation's app.
pub(super) async fn authorize_by_assertion(
    registry: &Registry,
    uuid: &str,
    jwt: &str,
) -> Result<(App, TokenPair), Error> {
    let installation = existing(registry, uuid).await.map_err(|error| match error.kind {
        ErrorKind::NotFound => unknown_installation(),
        _ => error,
    })?;
    let app = apps::find(&registry.db, &installation.app.id.to_string()).await?;
    let app =
        app.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(unknown_installation)?;
    let secret = sealing::client_secret(&registry.sealing, &app)?;
    let assertion = assertion::verify(jwt, &app.client_id, &secret, registry.clock.now())?;

    let organization = organization(registry, &installation).await?;
    if !organization.features.iter().any(|name| name == feature::MANUAL_TOKEN_REFRESH) {
        let message = "Manual token refresh is not enabled for this organization";
        return Err(Error::forbidden("MANUAL_REFRESH_DISABLED", message));
    }
    let refreshed = registry.tokens.refresh_by_assertion(installation.uuid, &app, assertion).await;
    let pair = refreshed.map_err(|error| match error.reason.as_ref() {
        "INSTALLATION_ENDED" => Error::not_found("INSTALLATION_ENDED", "Installation not found"),
        _ => error,
    })?;
    Ok((app, pair))
}

fn unknown_installation() -> Error {
    Error::unauthenticated("INSTALLATION_NOT_FOUND", "Installation not found")
}

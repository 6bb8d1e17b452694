//! The setup: a person signs in at GitHub, then chooses an installation of the application, or installs it.

mod accounts;
mod chosen;
mod login;

use patchbay_provider::{Built, Object, Result, SetupState, StepView};

use crate::app::App;

/// The first step.
pub(crate) const LOGIN: &str = "oauth_login";
/// The second step.
pub(crate) const INSTALLATION: &str = "github_installation";

/// The notes of the setup.
mod note {
    /// The person's token.
    pub(super) const TOKEN: &str = "userToken";
    /// The id of the person's account.
    pub(super) const USER_ID: &str = "userId";
    /// Whether the person has an installation to choose.
    pub(super) const CAN_CHOOSE: &str = "canChoose";
    /// The installation that was chosen.
    pub(super) const INSTALLATION_ID: &str = "installationId";
}

pub(crate) async fn show(app: &App, step: &str, state: &mut SetupState) -> Result<StepView> {
    match step {
        LOGIN => login::show(app, state),
        _ => chosen::show(app, state).await,
    }
}

pub(crate) async fn answer(app: &App, step: &str, fields: &Object, state: &mut SetupState) -> Result<()> {
    match step {
        LOGIN => login::answer(app, fields, state).await,
        _ => chosen::answer(app, fields, state).await,
    }
}

pub(crate) async fn build(app: &App, state: &SetupState) -> Result<Built> {
    chosen::build(app, state).await
}

/// Checks OAuth's `state` in constant time.
fn is_ours(given: &str, nonce: &str) -> bool {
    use subtle::ConstantTimeEq;
    !nonce.is_empty() && bool::from(given.as_bytes().ct_eq(nonce.as_bytes()))
}

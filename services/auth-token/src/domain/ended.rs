//! Installations that have ended: their grant and tokens are revoked, and they get no new ones.

use patchbay_domain::{Error, Result};

/// Refuses a new grant or token to an installation that has ended.
pub(crate) fn check(has_ended: bool) -> Result<()> {
    if !has_ended {
        return Ok(());
    }
    Err(Error::not_found("INSTALLATION_ENDED", "Could not find given sentry app installation"))
}

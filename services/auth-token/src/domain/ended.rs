//! What is said of an installation whose tokens were revoked for good.

use patchbay_domain::{Error, Result};

/// Refuses a grant or token to an installation that has ended.
pub(crate) fn check(has_ended: bool) -> Result<()> {
    if !has_ended {
        return Ok(());
    }
    Err(Error::not_found("INSTALLATION_ENDED", "Could not find given sentry app installation"))
}

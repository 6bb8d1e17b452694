use patchbay_domain::Error;
use patchbay_proto::tracker::Organization;

use crate::context::Context;
use crate::domain::installation::Installation;

/// The organization of the installation. Fails while the directory does not know it, so that no tokens are made for it.
pub(super) async fn installing_organization(
    context: &Context,
    installation: &Installation,
) -> Result<Organization, Error> {
    let found = context.directory.find(&installation.organization.id.to_string()).await?;
    found.ok_or_else(|| {
        let message = "Organization not found, please try again later";
        Error::internal("ORGANIZATION_UNAVAILABLE", message)
    })
}

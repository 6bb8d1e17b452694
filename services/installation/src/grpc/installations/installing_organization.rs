use patchbay_domain::Error;
use patchbay_proto::tracker::Organization;

use crate::context::Context;
use crate::domain::installation::Installation;

/// The installing organization. While the product does not know it, its installations get no tokens.
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

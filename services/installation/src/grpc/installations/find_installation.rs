use patchbay_domain::Error;
use uuid::Uuid;

use crate::context::Context;
use crate::domain::installation::Installation;
use crate::domain::installation::access::installation_not_found;
use crate::store::installations;

pub(super) async fn find_installation(context: &Context, uuid: &str) -> Result<Installation, Error> {
    let uuid = uuid.parse::<Uuid>().map_err(|_| installation_not_found())?;
    installations::find(&context.db, uuid).await?.ok_or_else(installation_not_found)
}

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::installation_message::installation_message;
use crate::context::Context;
use crate::domain::installation::Installation;
use crate::domain::installation::access;
use crate::grpc::organizations;
use crate::store::installations;

/// The most grants that the token service returns at once.
const MAX_LIMIT: usize = 100;

pub(super) async fn list_installations(
    context: &Context,
    caller: &Caller,
    request: proto::ListInstallationsRequest,
) -> Result<proto::ListInstallationsResponse, Error> {
    let organization = organizations::visible(context, caller, &request.organization).await?;
    access::may_list(caller, organization.id)?;

    let limit = match usize::try_from(request.limit).unwrap_or_default() {
        0 => MAX_LIMIT,
        limit => limit.min(MAX_LIMIT),
    };
    let offset = i64::from(request.offset.max(0));
    // The extra entry shows that there are more.
    let mut found = installations::list(&context.db, organization.id, offset, limit as i64 + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);

    let sees_code = access::sees_code(caller, organization.id);
    let mut codes = if sees_code {
        context.tokens.codes(&found.iter().collect::<Vec<_>>()).await?
    } else {
        Default::default()
    };
    let message = |installation: Installation| {
        let code = codes.remove(&installation.uuid.to_string());
        installation_message(installation, code, sees_code)
    };
    Ok(proto::ListInstallationsResponse { installations: found.into_iter().map(message).collect(), has_more })
}

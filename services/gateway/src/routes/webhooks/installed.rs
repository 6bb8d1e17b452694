use patchbay_proto::installation::ListInstallationsRequest;
use patchbay_rpc::request;

use crate::api::error::Result;
use crate::context::Context;
use patchbay_edge::answer::Answer;

const PAGE: i32 = 100;

/// Whether this app is installed in the organization.
pub(super) async fn is_installed(context: &Context, app_slug: &str, organization_id: i64) -> Result<bool> {
    let organization = organization_id.to_string();
    let mut offset = 0;
    loop {
        let message = ListInstallationsRequest { organization: organization.clone(), offset, limit: PAGE };
        let page = context.services.installations().list_installations(request(message)).await.answer()?;
        if page.installations.iter().any(|installation| installation.app_slug == app_slug) {
            return Ok(true);
        }
        if !page.has_more {
            return Ok(false);
        }
        offset += PAGE;
    }
}

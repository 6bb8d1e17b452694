use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::app_message::app_message;
use super::find_app::find_app;
use crate::context::Context;
use crate::domain::app::access as app_access;
use crate::domain::suspension::access as suspension_access;

pub(super) async fn get_app(
    context: &Context,
    caller: &Caller,
    request: proto::GetAppRequest,
) -> Result<proto::App, Error> {
    let app = find_app(context, caller, &request.app).await?;
    app_access::may_read(caller, app.owner.id, app.status)?;
    suspension_access::may_see(caller, app.disabled.is_some())?;
    app_message(context, caller, app).await
}

use patchbay_domain::{Caller, Error};

use crate::context::Context;
use crate::domain::app::App;
use crate::domain::app::access::app_not_found;
use crate::store::apps;

/// Finds an app by id or slug, for any authenticated caller.
pub(in crate::grpc) async fn find_app(context: &Context, caller: &Caller, app: &str) -> Result<App, Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    apps::find(&context.db, app).await?.ok_or_else(app_not_found)
}

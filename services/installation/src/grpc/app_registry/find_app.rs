use patchbay_domain::{Caller, Error};

use crate::context::Context;
use crate::domain::app::access::app_not_found;
use crate::domain::app::{App, AppStatus};
use crate::store::apps;

/// Finds an app by id or slug, for any authenticated caller. An app that is being removed is not found.
pub(in crate::grpc) async fn find_app(context: &Context, caller: &Caller, app: &str) -> Result<App, Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    let found = apps::find(&context.db, app).await?;
    found.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(app_not_found)
}

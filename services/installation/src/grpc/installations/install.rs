use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::installation_message::{installation_message, visible_message};
use crate::context::Context;
use crate::domain::app::App;
use crate::domain::app::access::is_elevated;
use crate::domain::installation::Installation;
use crate::domain::installation::access;
use crate::domain::installation::installable;
use crate::domain::organization::Organization;
use crate::grpc::organizations;
use crate::outbox::audit;
use crate::outbox::events;
use crate::store::{apps, installations, versions};

pub(super) async fn install(
    context: &Context,
    caller: &Caller,
    request: proto::InstallRequest,
) -> Result<proto::Installation, Error> {
    let organization = organizations::visible(context, caller, &request.organization).await?;
    access::may_install(caller, organization.id)?;
    installable::check_slug(&request.app_slug)?;
    let app = apps::find(&context.db, &request.app_slug).await?;
    let app = installable::check(app, organization.id, is_elevated(caller))?;

    if let Some(existing) = installations::find_of(&context.db, app.id, organization.id).await? {
        return visible_message(context, caller, existing).await;
    }
    match new_installation(context, caller, app.clone(), organization.clone()).await? {
        Some((installation, code)) => {
            let sees_code = access::sees_code(caller, organization.id);
            Ok(installation_message(installation, code, sees_code))
        }
        // A concurrent request was faster. Our grant belongs to an installation that does not exist, and expires.
        None => {
            let first = installations::find_of(&context.db, app.id, organization.id).await?;
            // It was removed again already; the same call will succeed.
            let first = first.ok_or_else(|| {
                Error::unavailable("TRY_AGAIN", "The app was installed and removed just now. Try again.")
            })?;
            visible_message(context, caller, first).await
        }
    }
}

/// Makes the installation and its grant code; `None` if the organization already has the app.
///
/// The grant is made first, outside of the transaction. After a crash it is unusable, because codes are exchanged for
/// existing installations only, and it expires.
async fn new_installation(
    context: &Context,
    caller: &Caller,
    app: App,
    organization: Organization,
) -> Result<Option<(Installation, Option<String>)>, Error> {
    let enabled = context.directory.features(organization.id).await?;
    installable::check_features(&app, &enabled)?;
    let id = context.db.allocate_ids("installation", 1).await?;
    let now = context.clock.now();
    let planned = Installation::new(id, context.random.uuid(), &app, organization.clone(), now);
    let code = match app.is_internal() {
        true => None,
        false => Some(context.tokens.create_grant(&planned).await?),
    };

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    // The app may have changed since it was read; the version above prevents further changes.
    let app = apps::get(&mut tx, app.id).await?;
    let app = installable::check(app, organization.id, is_elevated(caller))?;
    let installation = Installation::new(id, planned.uuid, &app, organization, now);
    if !installations::insert(&mut tx, &installation, version).await? {
        return Ok(None);
    }
    let entry = audit::of_installation(AuditEvent::SentryAppInstall, &installation, caller, now);
    tx.outbox(entry.into_message()).await?;
    if let Some(code) = &code {
        tx.outbox(events::created(&installation, code, caller)).await?;
    }
    context.commit(tx).await?;
    context.metrics.installs.inc();
    Ok(Some((installation, code)))
}

//! Looks after integrations: probes those that are broken, mails their owners, and checks webhooks.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::LeaseHolder;
use patchbay_domain::Error;
use patchbay_proto::installation::PostBrokenIntegrationRequest;
use patchbay_rpc::{request, status};
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::domain::health::Outcome;
use crate::domain::health::{State, is_silent};
use crate::domain::integration::OrganizationIntegration;
use crate::installations::outcomes::{measured, record};
use crate::installations::{Acting, acting};
use crate::store::health::{self, Checked};
use crate::store::{organization_integrations, pauses};
use patchbay_provider::{Failure, Kind, Problem};

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(60);
/// One replica looks after integrations at a time.
const LEASE: TimeDelta = TimeDelta::seconds(180);
/// A broken integration is probed after this time.
const PROBE: TimeDelta = TimeDelta::minutes(15);
/// The webhook of an integration is checked after this time.
const CHECK: TimeDelta = TimeDelta::hours(1);
/// The owners get one mail in this time.
const MAIL: TimeDelta = TimeDelta::days(1);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    let holder = LeaseHolder::unique();
    while !context.stop.is_requested() {
        if let Err(error) = round(&context, holder).await {
            tracing::warn!(%error, "integrations could not be looked after; the next attempt is in a minute");
        }
        tokio::select! {
            () = context.stop.requested() => break,
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
    let _ = context.db.release_lease("health", holder).await;
}

async fn round(context: &Context, holder: LeaseHolder) -> Result<(), Error> {
    if !context.db.acquire_lease("health", holder, context.now(), LEASE).await? {
        return Ok(());
    }
    let now = context.now();
    for checked in health::to_check(&context.db, now - PROBE, now - CHECK).await? {
        if context.stop.is_requested() {
            return Ok(());
        }
        // Calls are slow when a tracker is; the lease must not end meanwhile.
        context.db.acquire_lease("health", holder, context.now(), LEASE).await?;
        look_after(context, &checked).await?;
    }
    Ok(())
}

async fn look_after(context: &Context, checked: &Checked) -> Result<(), Error> {
    let id = checked.integration_id;
    let now = context.now();
    health::set_checked(&context.db, id, now).await?;
    let uses = organization_integrations::active_of_integration(&context.db, id).await?;
    let Some(acting) = uses.first().map(|of| acting(context, of)).transpose()?.flatten() else {
        return Ok(());
    };
    if checked.state == State::Broken.as_str() {
        let probe = acting.provider.probe(&acting.installation);
        if measured(context, id, "probe", probe).await.is_ok() {
            return end_pause(context, id).await;
        }
        return mail(context, checked, &uses, &acting, now).await;
    }
    let check = acting.provider.check_webhook(&acting.installation);
    if let Ok(true) = measured(context, id, "check_webhook", check).await {
        tracing::info!(integration_id = id, "the webhook at a tracker was missing and was made again");
    }
    if is_silent(checked.linked_since, checked.webhook_received_at, now) {
        let message = "The tracker has sent no webhook for a week.";
        let silent = Failure::new(Kind::Silent, message);
        debug_assert_eq!(silent.problem(), Some(Problem::WebhookSilent));
        record(context, id, "check_webhook", &Outcome::Halted(silent)).await;
    }
    Ok(())
}

/// What waited is sent now.
async fn end_pause(context: &Context, integration_id: i64) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    pauses::end(&mut tx, integration_id).await?;
    tx.commit().await?;
    context.outbound.notify_one();
    Ok(())
}

/// Mails the owners of the organizations once a day.
async fn mail(
    context: &Context,
    checked: &Checked,
    uses: &[OrganizationIntegration],
    acting: &Acting,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if checked.mailed_at.is_some_and(|mailed_at| now - mailed_at < MAIL) {
        return Ok(());
    }
    for of in uses {
        let recipients = context.tracker.owners(of.organization_id).await?;
        if recipients.is_empty() {
            continue;
        }
        let name = context.tracker.organization(&of.organization_id.to_string()).await?;
        let problem = Problem::named(checked.failed_kind.as_deref().unwrap_or_default());
        let message = PostBrokenIntegrationRequest {
            recipients,
            integration_id: of.integration.id,
            integration_name: of.integration.name.clone(),
            provider_name: acting.provider.descriptor().name.clone(),
            organization_slug: of.organization_slug.clone(),
            organization_name: name.map_or_else(|| of.organization_slug.clone(), |found| found.name),
            problem: checked.failed_message.clone().unwrap_or_default(),
            hint: problem.map(|problem| problem.hint().to_owned()).unwrap_or_default(),
        };
        let posted = context.mail.clone().post_broken_integration(request(message)).await;
        posted.map_err(|refusal| status::to_error(&refusal))?;
    }
    health::set_mailed(&context.db, checked.integration_id, now).await
}

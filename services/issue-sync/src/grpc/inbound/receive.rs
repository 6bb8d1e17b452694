use chrono::TimeDelta;
use patchbay_domain::{Caller, Error};
use patchbay_proto::issue_sync as proto;

use crate::context::Context;
use crate::domain::health::{Day, day_of};
use crate::domain::integration::{Integration, Status};
use crate::domain::{access, setup};
use crate::installations::metadata;
use crate::sealing::{metadata_of, seal};
use crate::store::{health, inbound, integrations};
use patchbay_provider::{
    Change, InboundAnswer, InboundRequest, IntegrationChange, Located, Object, Received, Secrets,
};

/// Bytes of a webhook.
const MAX_BODY: usize = 2 * 1024 * 1024;
/// When a tracker that sends too much may try again.
const RETRY_AFTER: TimeDelta = TimeDelta::seconds(30);

pub(super) async fn receive(
    context: &Context,
    caller: &Caller,
    request: proto::ReceiveRequest,
) -> Result<proto::ReceiveResponse, Error> {
    access::may_receive(caller)?;
    let provider = context.registry.by_path(&request.provider).cloned();
    let provider = provider.ok_or_else(|| setup::unknown_provider(&request.provider))?;
    if request.body.len() > MAX_BODY {
        return Err(Error::too_large("BODY_TOO_LARGE", format!("The body is larger than {MAX_BODY} bytes.")));
    }
    context.metrics.webhooks.inc();
    let request = InboundRequest {
        method: request.method,
        path: request.path,
        headers: request.headers.into_iter().map(|header| (header.name, header.value)).collect(),
        body: request.body.into(),
    };
    let key = &provider.descriptor().key;
    let integration = match provider.locate(&request) {
        Ok(Located::Integration(id)) => integrations::by_external_id(&context.db, key, &id).await?,
        Ok(Located::Application) => None,
        Err(answer) => return refused(context, None, answer).await,
    };
    let secrets = match &integration {
        Some(integration) => {
            Some(Secrets { metadata: metadata(context, integration)?, identity: Object::new() })
        }
        None => None,
    };
    match provider.receive(&request, secrets.as_ref()) {
        Ok(received) => {
            context.metrics.ignored_webhooks.inc_by(received.is_ignored.into());
            accept(context, key, integration, received).await
        }
        Err(answer) => refused(context, integration.as_ref(), answer).await,
    }
}

/// Counts a webhook with a wrong token or signature.
async fn refused(
    context: &Context,
    integration: Option<&Integration>,
    answer: InboundAnswer,
) -> Result<proto::ReceiveResponse, Error> {
    if answer.is_invalid_token {
        context.metrics.invalid_tokens.inc();
        if let Some(integration) = integration {
            let day = day_of(context.now());
            let counts = Day { day, invalid_tokens: 1, ..Day::default() };
            let mut tx = context.db.begin().await?;
            health::lock(&mut tx, integration.id, context.now()).await?;
            health::add(&mut tx, integration.id, &counts).await?;
            let problem = patchbay_provider::Problem::WebhookTokenInvalid;
            let example = "A webhook had a wrong token or signature.";
            health::add_problem(&mut tx, integration.id, problem, example, context.now()).await?;
            tx.commit().await?;
        }
    }
    Ok(response(answer))
}

/// Stores what was received in one transaction. Only then the tracker gets its answer.
async fn accept(
    context: &Context,
    provider: &str,
    integration: Option<Integration>,
    received: Received,
) -> Result<proto::ReceiveResponse, Error> {
    // Changes of a disabled integration are answered without effect.
    let active = integration.as_ref().filter(|integration| integration.status == Status::Active);
    let changes: &[Change] = if active.is_some() { &received.changes } else { &[] };
    if let Some(integration) = active.filter(|_| !changes.is_empty())
        && inbound::count(&context.db, integration.id).await? >= context.config.inbound_limit.get().into()
    {
        return Err(Error {
            retry_after: RETRY_AFTER.to_std().ok(),
            ..Error::too_many_requests("QUEUE_FULL", "Too many changes of this integration wait.")
        });
    }
    let first_id = match u32::try_from(changes.len()).unwrap_or(u32::MAX) {
        0 => 0,
        count => context.db.allocate_ids("inbound_change", count).await?,
    };
    let new_integration = match &received.integration {
        Some(IntegrationChange::Refreshed(_)) => context.db.allocate_ids("integration", 1).await?,
        _ => 0,
    };
    let now = context.now();
    let mut tx = context.db.begin().await?;
    if let Some(id) = &received.delivery_id
        && !inbound::remember(&mut tx, provider, id, now).await?
    {
        return Ok(response(received.answer));
    }
    if let Some(change) = &received.integration {
        apply(&mut tx, context, provider, change, new_integration).await?;
    }
    if let Some(integration) = active {
        let mut record = health::lock(&mut tx, integration.id, now).await?;
        record.webhook_received_at = Some(now);
        health::write(&mut tx, integration.id, &record).await?;
        inbound::insert(&mut tx, first_id, integration.id, changes, now).await?;
    }
    tx.commit().await?;
    context.inbound.notify_one();
    Ok(response(received.answer))
}

/// `new_id` is the id of an integration that is not known yet.
async fn apply(
    tx: &mut patchbay_db::Tx,
    context: &Context,
    provider: &str,
    change: &IntegrationChange,
    new_id: i64,
) -> Result<(), Error> {
    let (external_id, status) = match change {
        IntegrationChange::Refreshed(built) => {
            let integration = |id| Integration {
                id,
                provider: provider.to_owned(),
                external_id: built.external_id.clone(),
                name: if built.name.is_empty() { built.external_id.clone() } else { built.name.clone() },
                metadata: seal(&context.sealing, &metadata_of(id), &built.metadata),
                status: Status::Active,
            };
            // It belongs to no organization until a member sets it up.
            if !integrations::insert(tx, &integration(new_id), context.now()).await?
                && let Some(known) =
                    integrations::lock_by_external_id(tx, provider, &built.external_id).await?
            {
                integrations::overwrite(tx, &integration(known.id)).await?;
            }
            return Ok(());
        }
        IntegrationChange::Disabled { external_id } => (external_id, Status::Disabled),
        IntegrationChange::Enabled { external_id } => (external_id, Status::Active),
    };
    if let Some(known) = integrations::lock_by_external_id(tx, provider, external_id).await? {
        integrations::set_status(tx, known.id, status).await?;
    }
    Ok(())
}

fn response(answer: InboundAnswer) -> proto::ReceiveResponse {
    let content_type = if answer.body.is_empty() { "" } else { "application/json" };
    proto::ReceiveResponse {
        status: answer.status.into(),
        content_type: content_type.to_owned(),
        body: answer.body.into_bytes(),
    }
}

use futures::StreamExt;
use futures::stream::BoxStream;
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_proto::installation::WatchSubscriptionsResponse;
use patchbay_rpc::status::from_error;
use tonic::Status;

use super::installation_message::status_message;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::installation::subscription::Subscription;
use crate::domain::suspension::Suspended;
use crate::store::subscription_feed::SubscriptionFeed;
use crate::watch::{Page, watch};

type Responses = BoxStream<'static, Result<WatchSubscriptionsResponse, Status>>;

pub(super) fn watch_subscriptions(context: &Context, caller: &Caller) -> Result<Responses, Error> {
    access::may_watch(caller)?;
    let pages = watch(context, SubscriptionFeed);
    Ok(pages.map(|page| page.map(response).map_err(from_error)).boxed())
}

fn response(page: Page<Subscription>) -> WatchSubscriptionsResponse {
    let subscriptions = page.items.into_iter().map(message).collect();
    WatchSubscriptionsResponse { subscriptions, version: page.version }
}

fn message(subscription: Subscription) -> proto::Subscription {
    proto::Subscription {
        installation_uuid: subscription.installation.to_string(),
        status: status_message(subscription.status).into(),
        organization_id: subscription.organization_id,
        app_id: subscription.app_id,
        app_uuid: subscription.app_uuid.to_string(),
        app_slug: subscription.app_slug,
        app_name: subscription.app_name,
        events: subscription.events,
        scopes: subscription.scopes.iter().map(ToString::to_string).collect(),
        project_ids: subscription.project_ids,
        has_webhook: subscription.has_webhook,
        suspended_reason: subscription.suspended.map(Suspended::as_str).unwrap_or_default().to_owned(),
    }
}

//! The feed of installations and their subscriptions.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Json};
use patchbay_domain::Error;
use uuid::Uuid;

use super::feed::{Feed, PAGE, Position};
use super::{app_row, installation_row, suspension};
use crate::domain::installation::project_filter::FilteredProject;
use crate::domain::installation::subscription::Subscription;
use crate::domain::suspension::effective;

#[derive(Debug, Clone, Copy)]
pub(crate) struct SubscriptionFeed;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select i.id, i.version, i.uuid, i.status, i.organization_id, a.id as app_id, a.uuid as app_uuid,
                    a.slug as app_slug, a.name as app_name, a.events, a.scopes, a.webhook_url, i.project_filter,
                    a.disabled_at, a.disabled_cause, i.webhooks_stopped_at, i.webhooks_stopped_cause
             from installations i join apps a on a.id = i.app_id ",
            $rest
        )
    };
}

impl Feed for SubscriptionFeed {
    type Item = Subscription;

    async fn snapshot(&self, db: &Db, after_id: i64) -> Result<Vec<(Position, Subscription)>, Error> {
        let rows = db
            .query(select!("where i.id > $1 and i.status <> 'pending_deletion' order by i.id limit $2"))
            .bind(after_id)
            .bind(PAGE as i64)
            .fetch_all::<SubscriptionRow>()
            .await?;
        rows.into_iter().map(SubscriptionRow::placed).collect()
    }

    async fn changes(&self, db: &Db, after: Position) -> Result<Vec<(Position, Subscription)>, Error> {
        let rows = db
            .query(select!("where (i.version, i.id) > ($1, $2) order by i.version, i.id limit $3"))
            .bind(after.version)
            .bind(after.id)
            .bind(PAGE as i64)
            .fetch_all::<SubscriptionRow>()
            .await?;
        rows.into_iter().map(SubscriptionRow::placed).collect()
    }
}

#[derive(Debug, FromRow)]
struct SubscriptionRow {
    id: i64,
    version: i64,
    uuid: Uuid,
    status: String,
    organization_id: i64,
    app_id: i64,
    app_uuid: Uuid,
    app_slug: String,
    app_name: String,
    events: Json<Vec<String>>,
    scopes: Json<Vec<String>>,
    webhook_url: Option<String>,
    project_filter: Json<Vec<FilteredProject>>,
    disabled_at: Option<DateTime<Utc>>,
    disabled_cause: Option<String>,
    webhooks_stopped_at: Option<DateTime<Utc>>,
    webhooks_stopped_cause: Option<String>,
}

impl SubscriptionRow {
    fn placed(self) -> Result<(Position, Subscription), Error> {
        let disabled = suspension(self.disabled_at, self.disabled_cause);
        let stopped = suspension(self.webhooks_stopped_at, self.webhooks_stopped_cause);
        let subscription = Subscription {
            installation: self.uuid,
            status: installation_row::status(&self.status)?,
            organization_id: self.organization_id,
            app_id: self.app_id,
            app_uuid: self.app_uuid,
            app_slug: self.app_slug,
            app_name: self.app_name,
            events: self.events.0,
            scopes: app_row::scopes(&self.scopes)?,
            has_webhook: self.webhook_url.is_some(),
            project_ids: self.project_filter.0.into_iter().map(|project| project.id).collect(),
            suspended: effective(disabled.as_ref(), stopped.as_ref()).map(|(suspended, _)| suspended),
        };
        Ok((Position { version: self.version, id: self.id }, subscription))
    }
}

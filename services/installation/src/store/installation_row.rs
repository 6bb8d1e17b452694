//! The row of an installation, joined with its app.

use chrono::{DateTime, Utc};
use patchbay_db::FromRow;
use patchbay_domain::Error;
use uuid::Uuid;

use super::{suspension, unreadable};
use crate::domain::app::AppStatus;
use crate::domain::installation::{Installation, InstallationStatus, InstalledApp};
use crate::domain::organization::Organization;

#[derive(Debug, FromRow)]
pub(super) struct InstallationRow {
    id: i64,
    uuid: Uuid,
    organization_id: i64,
    organization_slug: String,
    status: String,
    created_at: DateTime<Utc>,
    webhooks_stopped_at: Option<DateTime<Utc>>,
    webhooks_stopped_cause: Option<String>,
    app_id: i64,
    app_uuid: Uuid,
    app_slug: String,
    app_name: String,
    app_status: String,
    owner_id: i64,
    owner_slug: String,
    webhook_url: Option<String>,
    redirect_url: Option<String>,
    disabled_at: Option<DateTime<Utc>>,
    disabled_cause: Option<String>,
    is_alertable: bool,
}

pub(super) fn status(text: &str) -> Result<InstallationStatus, Error> {
    InstallationStatus::parse(text).ok_or_else(|| unreadable("installation status", text))
}

impl TryFrom<InstallationRow> for Installation {
    type Error = Error;

    fn try_from(row: InstallationRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            uuid: row.uuid,
            organization: Organization { id: row.organization_id, slug: row.organization_slug },
            status: status(&row.status)?,
            created_at: row.created_at,
            webhooks_stopped: suspension(row.webhooks_stopped_at, row.webhooks_stopped_cause),
            app: InstalledApp {
                id: row.app_id,
                uuid: row.app_uuid,
                slug: row.app_slug,
                name: row.app_name,
                owner: Organization { id: row.owner_id, slug: row.owner_slug },
                webhook_url: row.webhook_url,
                redirect_url: row.redirect_url,
                disabled: suspension(row.disabled_at, row.disabled_cause),
                is_alertable: row.is_alertable,
                is_internal: AppStatus::parse(&row.app_status) == Some(AppStatus::Internal),
            },
        })
    }
}

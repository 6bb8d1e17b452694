//! Installations: an app in an organization.

pub(crate) mod access;
pub(crate) mod assertion;
pub(crate) mod event_data;
pub(crate) mod installable;
pub(crate) mod project_filter;
pub(crate) mod redirect;
pub(crate) mod subscription;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::app::App;
use crate::domain::organization::Organization;
use crate::domain::suspension;
use crate::domain::suspension::Suspended;
use crate::domain::suspension::Suspension;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstallationStatus {
    Pending,
    Installed,
    PendingDeletion,
}

#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) id: i64,
    pub(crate) uuid: Uuid,
    pub(crate) organization: Organization,
    pub(crate) status: InstallationStatus,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) webhooks_stopped: Option<Suspension>,
    pub(crate) app: InstalledApp,
}

/// The part of an app that belongs to its installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstalledApp {
    pub(crate) id: i64,
    pub(crate) uuid: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) owner: Organization,
    pub(crate) webhook_url: Option<String>,
    pub(crate) redirect_url: Option<String>,
    pub(crate) disabled: Option<Suspension>,
    pub(crate) is_alertable: bool,
    /// Internal apps get no installation events and have no grants.
    pub(crate) is_internal: bool,
}

impl Installation {
    /// A new installation; pending if the app confirms its installations.
    pub(crate) fn new(
        id: i64,
        uuid: Uuid,
        app: &App,
        organization: Organization,
        now: DateTime<Utc>,
    ) -> Self {
        let waits = app.verify_install && !app.is_internal();
        let status = if waits { InstallationStatus::Pending } else { InstallationStatus::Installed };
        let app = InstalledApp::from(app);
        Self { id, uuid, organization, status, created_at: now, webhooks_stopped: None, app }
    }

    /// The suspension in effect, if any.
    pub(crate) fn suspended(&self) -> Option<(Suspended, &Suspension)> {
        suspension::effective(self.app.disabled.as_ref(), self.webhooks_stopped.as_ref())
    }
}

impl From<&App> for InstalledApp {
    fn from(app: &App) -> Self {
        Self {
            id: app.id,
            uuid: app.uuid,
            slug: app.slug.clone(),
            name: app.name.clone(),
            owner: app.owner.clone(),
            webhook_url: app.webhook_url.clone(),
            redirect_url: app.texts.redirect_url.clone(),
            disabled: app.disabled.clone(),
            is_alertable: app.is_alertable,
            is_internal: app.is_internal(),
        }
    }
}

impl InstallationStatus {
    const ALL: [Self; 3] = [Self::Pending, Self::Installed, Self::PendingDeletion];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Installed => "installed",
            Self::PendingDeletion => "pending_deletion",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

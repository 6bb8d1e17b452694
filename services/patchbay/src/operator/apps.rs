//! `patchbay apps`.

use clap::Subcommand;
use patchbay_proto::installation::{App, AppStatus, DisableAppRequest, EnableAppRequest, ListAppsRequest};
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// List apps, newest first.
    List {
        /// List only the apps of this organization (slug or id).
        #[arg(long, default_value = "")]
        organization: String,
    },
    /// Disable an app: it receives no webhooks, its tokens are refused, and its owners are notified by mail.
    Disable {
        /// Slug or id of the app.
        app: String,
        /// Reason, shown to the owners of the app.
        #[arg(long)]
        reason: String,
    },
    /// Enable a disabled app.
    Enable {
        /// Slug or id of the app.
        app: String,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::List { organization } => list(connection, organization).await,
        Command::Disable { app, reason } => {
            let request = DisableAppRequest { app, reason, ..Default::default() };
            let app = answered(connection.apps().disable_app(as_operator(request)).await)?;
            Ok(Output::new(json(&app), format!("disabled the app {}", app.slug)))
        }
        Command::Enable { app } => {
            let app = answered(connection.apps().enable_app(as_operator(EnableAppRequest { app })).await)?;
            Ok(Output::new(json(&app), format!("enabled the app {}", app.slug)))
        }
    }
}

async fn list(connection: &Connection, organization: String) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let request = ListAppsRequest {
            organization: organization.clone(),
            offset: i32::try_from(rows.len())?,
            ..Default::default()
        };
        let page = answered(connection.apps().list_apps(as_operator(request)).await)?;
        rows.extend(page.apps.iter().map(json));
        if !page.has_more {
            return Ok(Output::table(&["id", "slug", "name", "status", "organization", "disabled"], rows));
        }
    }
}

fn json(app: &App) -> Value {
    let status = match app.status() {
        AppStatus::Unspecified => "unknown",
        AppStatus::Unpublished => "unpublished",
        AppStatus::Published => "published",
        AppStatus::Internal => "internal",
        AppStatus::PublishRequestInprogress => "publish_request_inprogress",
        AppStatus::DeletionInProgress => "deletion_in_progress",
    };
    json!({
        "id": app.id,
        "slug": app.slug,
        "name": app.name,
        "status": status,
        "organization": app.owner_view.as_ref().map(|owner| &owner.organization_slug),
        "disabled": app.is_disabled,
    })
}

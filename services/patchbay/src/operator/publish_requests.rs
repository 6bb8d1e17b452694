//! `patchbay publish-requests`.

use clap::Subcommand;
use patchbay_proto::installation::{
    ListPublicationRequestsRequest, PublicationRequest, ReviewPublicationRequest,
};
use patchbay_rpc::timestamp;
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// List pending requests, oldest first; --json includes what the app would be, and the answers to the questionnaire.
    List,
    /// Approve the request: the app is published and every organization can install it.
    Approve {
        /// Slug or id of the app.
        app: String,
        /// Note to the user who made the request.
        #[arg(long, default_value = "")]
        note: String,
        /// Id of the request that was read; refused if the app waits with another one since.
        #[arg(long = "request", default_value_t = 0)]
        request_id: i64,
    },
    /// Reject the request: the app stays unpublished.
    Reject {
        /// Slug or id of the app.
        app: String,
        /// Note to the user who made the request.
        #[arg(long, default_value = "")]
        note: String,
        /// Id of the request that was read; refused if the app waits with another one since.
        #[arg(long = "request", default_value_t = 0)]
        request_id: i64,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::List => list(connection).await,
        Command::Approve { app, note, request_id } => {
            review(connection, ReviewPublicationRequest { app, note, request_id, approve: true }).await
        }
        Command::Reject { app, note, request_id } => {
            review(connection, ReviewPublicationRequest { app, note, request_id, approve: false }).await
        }
    }
}

async fn review(connection: &Connection, request: ReviewPublicationRequest) -> anyhow::Result<Output> {
    let approve = request.approve;
    let app = answered(connection.publishing().review_publication(as_operator(request)).await)?;
    let text = if approve { "published the app" } else { "rejected the request to publish the app" };
    let json = json!({ "id": app.id, "slug": app.slug, "approved": approve });
    Ok(Output::new(json, format!("{text} {}", app.slug)))
}

async fn list(connection: &Connection) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let request = ListPublicationRequestsRequest { offset: i32::try_from(rows.len())?, limit: 0 };
        let page = answered(connection.publishing().list_publication_requests(as_operator(request)).await)?;
        rows.extend(page.requests.iter().map(json));
        if !page.has_more {
            return Ok(Output::table(&["id", "app", "name", "organization", "requester", "requested"], rows));
        }
    }
}

fn json(request: &PublicationRequest) -> Value {
    let answers = request
        .questionnaire
        .iter()
        .map(|entry| json!({ "question": entry.question, "answer": entry.answer }));
    let asked = request.app.clone().unwrap_or_default();
    json!({
        "id": request.id,
        "app": request.app_slug,
        "name": request.app_name,
        "organization": request.organization_slug,
        "requester": request.requester_name,
        "requested": request.requested_at.as_ref().and_then(timestamp::from_wire).map(|at| at.to_rfc3339()),
        "scopes": asked.scopes,
        "events": asked.events,
        "webhookUrl": asked.webhook_url,
        "redirectUrl": asked.redirect_url,
        "allowedOrigins": asked.allowed_origins,
        "schema": serde_json::from_str::<Value>(&asked.schema_json).unwrap_or_default(),
        "questionnaire": answers.collect::<Vec<_>>(),
    })
}

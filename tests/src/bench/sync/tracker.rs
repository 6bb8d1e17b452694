//! A provider program that stands in for a tracker: it answers each call after 5 ms, and one of its accounts never.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use axum::extract::{Path as OfPath, State};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

const ANSWERS_AFTER: Duration = Duration::from_millis(5);
/// Longer than Patchbay waits.
const NEVER: Duration = Duration::from_secs(60);
/// The account that never answers after its setup.
const DEAD: &str = "dead";
const PATIENCE: Duration = Duration::from_secs(120);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const DESCRIPTOR: &str = r#"
key = "bench"
name = "Bench"
description = "A tracker that answers after 5 ms."
features = ["issue-basic", "issue-sync"]
[[setup]]
name = "account"
type = "text"
label = "Account"
"#;

/// An account.
#[derive(Debug, Default)]
struct Account {
    webhook: String,
    calls: usize,
    assignments: usize,
}

type Accounts = Arc<Mutex<BTreeMap<String, Account>>>;

/// The program.
#[derive(Debug)]
pub(super) struct StandIn(Accounts);

impl StandIn {
    /// Starts it, and writes the list of providers into the folder.
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let list = format!(
            "[[provider]]\ndescriptor = \"bench.toml\"\nurl = \"http://{}\"\nsecret_file = \"secret\"\n",
            listener.local_addr()?
        );
        for (name, text) in
            [("providers.toml", list.as_str()), ("bench.toml", DESCRIPTOR), ("secret", SECRET)]
        {
            std::fs::write(folder.join(name), text)?;
        }
        let accounts = Accounts::default();
        let router = Router::new().route("/{operation}", post(answer)).with_state(accounts.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self(accounts))
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        lock(&self.0)
    }

    /// The URL of an account's webhooks.
    pub(super) fn webhook(&self, account: &str) -> String {
        self.accounts().get(account).map(|account| account.webhook.clone()).unwrap_or_default()
    }

    /// Calls for an account so far.
    pub(super) fn calls(&self, account: &str) -> usize {
        self.accounts().get(account).map_or(0, |account| account.calls)
    }

    /// Changes of assignees of an account so far.
    pub(super) fn assignments(&self, account: &str) -> usize {
        self.accounts().get(account).map_or(0, |account| account.assignments)
    }

    /// Waits until so many assignees were changed.
    pub(super) async fn assigned(&self, account: &str, count: usize) -> anyhow::Result<()> {
        let started = Instant::now();
        while self.assignments(account) < count {
            ensure!(
                started.elapsed() < PATIENCE,
                "{account} got {} of {count} changes",
                self.assignments(account)
            );
            sleep(Duration::from_micros(200)).await;
        }
        Ok(())
    }
}

fn lock(accounts: &Accounts) -> MutexGuard<'_, BTreeMap<String, Account>> {
    accounts.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    State(accounts): State<Accounts>,
    OfPath(operation): OfPath<String>,
    Json(arguments): Json<Value>,
) -> Json<Value> {
    sleep(ANSWERS_AFTER).await;
    if operation == "connect" {
        let name = &arguments["fields"]["account"];
        return Json(json!({ "externalId": name, "name": name, "ticketUrl": "http://bench.example/{key}" }));
    }
    let name = arguments["installation"]["externalId"].as_str().unwrap_or_default().to_owned();
    let is_setup = operation == "create_webhook";
    if name == DEAD && !is_setup {
        sleep(NEVER).await;
    }
    let mut accounts = lock(&accounts);
    let account = accounts.entry(name).or_default();
    account.calls += 1;
    match operation.as_str() {
        "create_webhook" => {
            arguments["url"].as_str().unwrap_or_default().clone_into(&mut account.webhook);
            Json(json!({ "created": true }))
        }
        "assign" => {
            account.assignments += 1;
            Json(json!({}))
        }
        "statuses" => Json(json!({ "projects": [], "statuses": [] })),
        "get_ticket" => Json(json!({ "key": arguments["key"], "title": "A ticket" })),
        _ => Json(json!({})),
    }
}

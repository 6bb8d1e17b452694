//! The REST edge. This binary runs it as a process of its own.

use std::process::ExitCode;

use anyhow::Context;
use patchbay_gateway::{Channels, Config, NAME, http_listen, start};
use patchbay_process::{Binary, Process};
use tokio::net::TcpListener;

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: None }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let listen = http_listen(process.settings());
    let installation = process.peer("installation");
    let auth_token = process.peer("auth-token");
    let tracker = process.peer("tracker");
    let event_fanout = process.peer("event-fanout");
    let webhook_sender = process.peer("webhook-sender");
    let issue_sync = process.peer("issue-sync");
    process.configured()?;
    let listener = TcpListener::bind(listen).await;
    start(
        listener.with_context(|| {
            format!("cannot listen on {listen} (REST API); choose another address with PATCHBAY_HTTP_LISTEN")
        })?,
        process.runtime.clone(),
        Channels {
            installation: process.channel(&installation)?,
            auth_token: process.channel(&auth_token)?,
            tracker: process.channel(&tracker)?,
            event_fanout: process.channel(&event_fanout)?,
            webhook_sender: process.channel(&webhook_sender)?,
            issue_sync: process.channel(&issue_sync)?,
        },
        config,
    )
    .await?;
    let admin = process.admin().await?;
    process.until_stopped(admin).await
}

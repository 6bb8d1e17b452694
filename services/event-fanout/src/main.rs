//! Accepts events and hands them over to every installation that asked for them. This binary runs the service as a process of its own.

use std::process::ExitCode;

use patchbay_event_fanout::{Config, MIGRATIONS, NAME, Peers, start};
use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let installations = process.peer("installation");
    let webhooks = process.peer("webhook-sender");
    let directory = process.peer("tracker");
    process.configured()?;
    let server = start(
        Server::new()?.with_directory(process.channel(&directory)?),
        process.runtime.clone(),
        process.database(NAME, &MIGRATIONS).await?,
        process.bus()?,
        Peers { installation: process.channel(&installations)?, webhook_sender: process.channel(&webhooks)? },
        config,
    )
    .await?;
    process.serve(server).await
}

//! Accepts events and hands them over to every installation that asked for them. This binary runs the service as a process of its own.

use std::process::ExitCode;

use patchbay_event_fanout::{Config, Deps, MIGRATIONS, NAME, start};
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
    let deps = Deps {
        db: process.database(NAME, &MIGRATIONS).await?,
        bus: process.bus()?,
        clock: process.clock.clone(),
        installations: process.channel(&installations)?,
        webhooks: process.channel(&webhooks)?,
        config,
        metrics: process.metrics.clone(),
        readiness: process.readiness.clone(),
        stop: process.stop.clone(),
    };
    let server = Server::new()?.with_directory(process.channel(&directory)?);
    let server = start(server, deps).await?;
    process.serve(server).await
}

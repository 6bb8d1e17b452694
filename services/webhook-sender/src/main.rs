//! Sends webhooks, again where needed, and keeps the record. This binary runs the service as a process of its own.

use std::process::ExitCode;

use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;
use patchbay_webhook_sender::{Config, Deps, MIGRATIONS, NAME, start};

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let installations = process.peer("installation");
    let directory = process.peer("tracker");
    process.configured()?;
    let deps = Deps {
        db: process.database(NAME, &MIGRATIONS).await?,
        bus: process.bus()?,
        clock: process.clock.clone(),
        installations: process.channel(&installations)?,
        config,
        metrics: process.metrics.clone(),
        readiness: process.readiness.clone(),
        stop: process.stop.clone(),
    };
    let server = Server::new()?.with_directory(process.channel(&directory)?);
    let server = start(server, deps).await?;
    process.serve(server).await
}

//! Apps and their installations. This binary runs the service as a process of its own.

use std::process::ExitCode;

use patchbay_installation::{Config, Deps, MIGRATIONS, NAME, start};
use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let sealing = process.sealing_keys();
    let tokens = process.peer("auth-token");
    let directory = process.peer("tracker");
    process.configured()?;
    let deps = Deps {
        db: process.database(NAME, &MIGRATIONS).await?,
        bus: process.bus()?,
        clock: process.clock.clone(),
        tokens: process.channel(&tokens)?,
        directory: process.channel(&directory)?,
        sealing,
        config,
        metrics: process.metrics.clone(),
        readiness: process.readiness.clone(),
        stop: process.stop.clone(),
    };
    let server = start(Server::new()?, deps).await?;
    process.serve(server).await
}

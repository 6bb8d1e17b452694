//! Runs the tracker as its own process.

use std::process::ExitCode;

use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;
use patchbay_tracker::{Config, MIGRATIONS, NAME, start};

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    process.configured()?;
    let server = start(
        Server::new()?,
        process.runtime.clone(),
        process.database(NAME, &MIGRATIONS).await?,
        process.bus()?,
        config,
    )
    .await?;
    process.serve(server).await
}

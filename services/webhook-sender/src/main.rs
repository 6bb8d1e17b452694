//! Runs the webhook sender as a process of its own.

use std::process::ExitCode;

use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;
use patchbay_webhook_sender::{Config, MIGRATIONS, NAME, start};

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let installations = process.peer("installation");
    let directory = process.peer("tracker");
    process.configured()?;
    let server = start(
        Server::new()?.with_directory(process.channel(&directory)?),
        process.runtime.clone(),
        process.database(NAME, &MIGRATIONS).await?,
        process.bus()?,
        process.channel(&installations)?,
        config,
    )
    .await?;
    process.serve(server).await
}

//! Runs the issue-sync service as its own process.

use std::process::ExitCode;

use patchbay_issue_sync::{Config, MIGRATIONS, NAME, Peers, providers, start};
use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    let providers = providers(process.settings());
    let sealing = process.sealing_keys();
    let tracker = process.peer("tracker");
    let installation = process.peer("installation");
    process.configured()?;
    let server = start(
        Server::new()?,
        process.runtime.clone(),
        process.database(NAME, &MIGRATIONS).await?,
        process.bus()?,
        Peers { tracker: process.channel(&tracker)?, installation: process.channel(&installation)? },
        sealing,
        providers,
        config,
    )
    .await?;
    process.serve(server).await
}

//! Runs the installation service as its own process.

use std::process::ExitCode;

use patchbay_installation::{Config, MIGRATIONS, NAME, Peers, start};
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
    let server = start(
        Server::new()?,
        process.runtime.clone(),
        process.database(NAME, &MIGRATIONS).await?,
        process.bus()?,
        Peers { auth_token: process.channel(&tokens)?, tracker: process.channel(&directory)? },
        sealing,
        config,
    )
    .await?;
    process.serve(server).await
}

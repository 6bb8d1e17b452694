//! Runs the auth-token service as its own process.

use std::process::ExitCode;

use patchbay_auth_token::{Config, MIGRATIONS, NAME, start};
use patchbay_process::{Binary, Process};
use patchbay_rpc::Server;

fn main() -> ExitCode {
    patchbay_process::main(Binary { name: NAME, migrations: Some(&MIGRATIONS) }, run)
}

async fn run(process: Process) -> anyhow::Result<()> {
    let config = Config::read(process.settings());
    process.configured()?;
    let server =
        start(Server::new()?, process.runtime.clone(), process.database(NAME, &MIGRATIONS).await?, config)
            .await?;
    process.serve(server).await
}

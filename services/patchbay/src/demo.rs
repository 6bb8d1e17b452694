//! `patchbay demo`: the life of an app on a real Patchbay over real sockets. Every step is checked.

mod app;
mod checks;
mod printer;
mod rest;
mod story;

use clap::Args;
use patchbay_runtime::Settings;
use tokio::net::TcpListener;

use crate::all_in_one::{AllInOne, Plan};
use crate::data_folder::DataFolder;

use printer::Printer;

/// Options of `patchbay demo`.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// Also print the body of every webhook.
    #[arg(long)]
    bodies: bool,
}

/// Plays the story on a Patchbay in a temporary folder.
///
/// # Errors
/// The first check that fails.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = DataFolder::open(folder.path())?;
    let http = TcpListener::bind("127.0.0.1:0").await?;
    let plan = Plan { data: &data, http, log: true, is_brief: false, public_url: None };
    let running = AllInOne::start(demo_settings(), plan).await?;
    let stop = running.stop.clone();
    let played = story::play(&running, &data, Printer::new(options.bodies)).await;
    stop.request();
    running.stopped().await?;
    played
}

/// Fixed settings, without the environment: the demo does the same on every machine.
fn demo_settings() -> Settings {
    Settings::from_pairs([
        ("GRPC_LISTEN", "127.0.0.1:0"),
        ("ADMIN_LISTEN", "127.0.0.1:0"),
        ("LOG", "warn"),
        // The steps of the default schedule are seconds to hours.
        ("RETRY_SCHEDULE", "200ms,400ms,5s"),
    ])
}

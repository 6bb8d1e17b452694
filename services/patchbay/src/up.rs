//! `patchbay up`: all services in this process, with SQLite databases in a data folder.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use owo_colors::{OwoColorize, Stream};
use patchbay_gateway::http_listen;
use patchbay_runtime::Settings;
use tokio::net::TcpListener;

use crate::all_in_one::{AllInOne, Plan};
use crate::bootstrap;
use crate::clients::Clients;
use crate::data_folder::{Announcement, DataFolder};

/// Options of `patchbay up`.
#[derive(Args, Debug, Clone)]
pub struct Options {
    /// Address of the REST API, 127.0.0.1:8080 by default. Any address other than loopback makes it reachable from other machines.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Folder for databases and secrets, .patchbay by default; created if it is missing.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Name of the first organization; used only on an empty data folder.
    #[arg(long, default_value = "My Organization", value_name = "NAME")]
    organization: String,
    /// E-mail address of the first organization's owner.
    #[arg(long, default_value = "owner@localhost.localdomain", value_name = "EMAIL")]
    owner: String,
}

/// Reads the setting for the data folder.
pub fn data_dir(settings: &Settings) -> PathBuf {
    let meaning =
        "Folder for databases and secrets of `patchbay up`; the option `--data-dir` takes precedence.";
    settings.section("Process").get("DATA_DIR", ".patchbay", meaning)
}

/// Runs until a stop is requested.
///
/// # Errors
/// Invalid settings, a data folder or port that cannot be used, the failure of a worker.
pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    let (listen, folder) = (http_listen(&settings), data_dir(&settings));
    let data = DataFolder::open(&options.data_dir.unwrap_or(folder))?;
    let listen = options.listen.unwrap_or(listen);
    let http = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen} (REST API); choose another address with --listen")
    })?;
    let running =
        AllInOne::start(settings, Plan { data: &data, http, log: true, is_brief: false, public_url: None })
            .await?;
    let clients = Clients::new(&running.channel);
    let owner = bootstrap::first_owner(&clients, &options.organization, &options.owner).await?;
    let link = bootstrap::sign_in_link(&clients, &running.base_url, owner.id).await?;
    let grpc = running.grpc.context("there is no gRPC port")?;
    data.announce(&Announcement { grpc: reachable(grpc), base_url: running.base_url.clone() })
        .context("cannot write into the data folder")?;
    greet(&running, grpc, &data, &owner.email, &link).context("cannot write to the terminal")?;
    running.stopped().await
}

/// Replaces an address that means "all interfaces" with loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

fn greet(
    running: &AllInOne,
    grpc: SocketAddr,
    data: &DataFolder,
    owner: &str,
    link: &str,
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let bold = |text: &str| text.if_supports_color(Stream::Stdout, |text| text.bold()).to_string();
    let secret = data.path().join("secrets/service-secret");
    writeln!(out, "{}", bold("Patchbay is running."))?;
    writeln!(out, "  REST API   {}/api/0/", running.base_url)?;
    writeln!(out, "  gRPC       {grpc} (service secret in {})", secret.display())?;
    writeln!(out, "  data       {}", data.path().display())?;
    writeln!(out, "  sign in    {link}")?;
    writeln!(out, "             as {owner}; the link works once, within an hour")?;
    writeln!(out, "  webhooks   may be sent to localhost in this mode; other private addresses are refused")?;
    if std::io::stdout().is_terminal() {
        writeln!(out, "Press Ctrl-C to stop.")?;
    }
    out.flush()
}

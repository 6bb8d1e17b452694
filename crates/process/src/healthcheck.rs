//! `healthcheck`: checks the service in a container, without curl in the image.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use patchbay_runtime::{AdminConfig, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(3);
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Requests `/readyz` from the admin port in the settings.
///
/// # Errors
/// The port does not answer, or the status is not 200; the message contains the response.
pub async fn healthcheck(settings: &Settings) -> anyhow::Result<()> {
    let address = reachable(AdminConfig::read(settings).listen);
    let answer = timeout(DEADLINE, ask(address)).await.context("no answer in time")?;
    let answer = answer.with_context(|| format!("nothing answers at {address}"))?;
    if answer.starts_with("HTTP/1.1 200") {
        return Ok(());
    }
    bail!("not ready: {}", answer.rsplit("\r\n\r\n").next().unwrap_or_default())
}

/// Replaces an address that means "all interfaces" with loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

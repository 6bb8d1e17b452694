//! Ports on loopback.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// A port that is currently free.
pub(crate) fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Waits until a server listens on the port; gives up when `alive` returns false.
pub(crate) fn wait_for(port: u16, limit: Duration, mut alive: impl FnMut() -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if !alive() {
            bail!("the server ended before it listened");
        }
        if started.elapsed() > limit {
            bail!("the server does not listen on port {port} after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

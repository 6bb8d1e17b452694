//! Connections inside one process.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

/// Bytes that may be in flight in each direction before the writer waits.
const BUFFER_BYTES: usize = 1024 * 1024;

/// Connections that may wait to be accepted.
const BACKLOG: usize = 64;

/// A listener and its connector.
pub fn memory() -> (MemoryListener, MemoryConnector) {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    (MemoryListener(receiver), MemoryConnector(sender))
}

/// Accepts connections made by its [`MemoryConnector`].
#[derive(Debug)]
pub struct MemoryListener(mpsc::Receiver<DuplexStream>);

/// Connects to its [`MemoryListener`]. Connections made before the server runs wait for it.
#[derive(Debug, Clone)]
pub struct MemoryConnector(mpsc::Sender<DuplexStream>);

impl MemoryConnector {
    pub(crate) async fn connect(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(BUFFER_BYTES);
        self.0.send(theirs).await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
        Ok(ours)
    }
}

impl Stream for MemoryListener {
    type Item = io::Result<DuplexStream>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|stream| stream.map(Ok))
    }
}

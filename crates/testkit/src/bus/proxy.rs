use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy between a client and a server that can cut their connections. Clones are the same proxy.
#[derive(Clone, Debug)]
pub struct TcpProxy {
    address: SocketAddr,
    open: Arc<watch::Sender<bool>>,
}

impl TcpProxy {
    /// Listens on a free local port and forwards to `server` (`host:port`).
    pub async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the address of a bound listener");
        let open = Arc::new(watch::Sender::new(true));
        tokio::spawn(accept(listener, server.to_owned(), open.subscribe()));
        Self { address, open }
    }

    /// The address for clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes all connections, even in the middle of a transfer, and refuses new ones.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Accepts new connections again.
    pub fn restore(&self) {
        self.open.send_replace(true);
    }
}

/// Ends, with all connections, when the last clone of the proxy is dropped.
async fn accept(listener: TcpListener, server: String, mut open: watch::Receiver<bool>) {
    let mut proxy = open.clone();
    loop {
        let client = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = async { while proxy.changed().await.is_ok() {} } => return,
        };
        let Ok((client, _)) = client else { continue };
        if *open.borrow_and_update() {
            tokio::spawn(forward(client, server.clone(), open.clone()));
        }
    }
}

async fn forward(mut client: TcpStream, server: String, mut open: watch::Receiver<bool>) {
    let Ok(mut upstream) = TcpStream::connect(&server).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut upstream) => {}
        _ = open.wait_for(|open| !open) => {}
    }
}

//! A bound port and its accept loop.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::metrics::{PortMetrics, Reason};
use super::open::{Open, Place};
use super::own_ports::OwnPort;
use super::{Connection, Io, Limits};
use crate::metrics::Gauge;
use crate::{Metrics, Stop};

/// The pause after a failure to accept, which usually means that the process has no file descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// Bytes that the operating system buffers for a client. By default it buffers megabytes and accepts more only when a third is
/// free, so that a slow reader would look like a stalled one.
const SEND_BUFFER_BYTES: usize = 256 * 1024;

/// A bound port with limited connections.
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    limits: Limits,
    metrics: PortMetrics,
    open: Open,
    _own: Option<OwnPort>,
}

impl Port {
    /// Serves `listener` within `limits`. `name` is the port's name in metrics.
    pub fn new(name: &'static str, listener: TcpListener, limits: Limits, metrics: &Metrics) -> Self {
        // Accepted connections inherit the buffer size.
        if let Err(error) = SockRef::from(&listener).set_send_buffer_size(SEND_BUFFER_BYTES) {
            tracing::warn!(%error, port = name, "the send buffer could not be set; slow clients may be disconnected early");
        }
        let own = listener.local_addr().ok().map(|address| OwnPort::new(address.port()));
        let metrics = PortMetrics::register(metrics, name);
        Self { listener, limits, metrics, open: Open::default(), _own: own }
    }

    /// # Errors
    /// The operating system does not report the address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts connections until `stop` is requested, then waits for the open ones. `serve` returns the future that serves a
    /// connection. It has to end when [`Connection::closing`] returns and the requests in progress have been answered.
    pub async fn serve<F, S>(self, stop: Stop, serve: F)
    where
        F: Fn(Io, Connection) -> S,
        S: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.requested() => break,
                Some(_ended) = tasks.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let Some((io, connection, place)) = self.admit(stream, peer) else { continue };
                        let open = Opened::new(connection.clone(), place, self.metrics.clone());
                        let served = serve(io, connection.clone());
                        let (limits, stop) = (self.limits.clone(), stop.clone());
                        tasks.spawn(async move {
                            let _open = open;
                            tokio::select! {
                                () = served => {}
                                () = connection.enforce(&limits, &stop) => {}
                            }
                        });
                    }
                    Err(error) if is_of_one_connection(&error) => {}
                    Err(error) => {
                        tracing::warn!(%error, "connections could not be accepted; the next attempt follows shortly");
                        tokio::time::sleep(PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        while tasks.join_next().await.is_some() {}
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) -> Option<(Io, Connection, Place)> {
        let connection = Connection::new(peer);
        match self.open.admit(&connection, &self.limits) {
            Ok(place) => {
                // Responses are small and written at once; waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                Some((Io::new(stream, connection.clone()), connection, place))
            }
            Err(refusal) => {
                self.metrics.refused(refusal).inc();
                None
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Counts a connection while it is open, and cuts it when its task is dropped.
struct Opened {
    connection: Connection,
    _place: Place,
    gauge: Gauge,
    metrics: PortMetrics,
}

impl Opened {
    fn new(connection: Connection, place: Place, metrics: PortMetrics) -> Self {
        let gauge = metrics.open();
        gauge.inc();
        Self { connection, _place: place, gauge, metrics }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.gauge.dec();
        self.metrics.closed(self.connection.reason()).inc();
        // A protocol may run in its own task, which a hard stop does not reach.
        self.connection.cut(Reason::Ended);
    }
}

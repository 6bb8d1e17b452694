use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::Semaphore;
use tower::Service;

use crate::error::{Cause, Failure};
use crate::guard::Guard;

/// The system resolver blocks a thread per lookup, and lookups of foreign names can take long.
const CONCURRENT_LOOKUPS: usize = 64;

/// Resolves a name and returns its addresses only if all of them may be connected to.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    guard: Arc<Guard>,
    lookups: Arc<Semaphore>,
    names: Names,
}

type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// The source of addresses.
#[derive(Clone)]
pub(crate) enum Names {
    /// The resolver of the machine.
    Machine,
    /// A function, for tests; it may return different addresses each time.
    Given(Arc<Lookup>),
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Machine => "Machine",
            Self::Given(_) => "Given",
        })
    }
}

/// The name has no address, or the lookup failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct DnsError(String);

impl GuardedResolver {
    pub(crate) fn new(guard: Arc<Guard>, names: Names) -> Self {
        Self { guard, lookups: Arc::new(Semaphore::new(CONCURRENT_LOOKUPS)), names }
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Checks a host without connecting to it.
    pub(crate) async fn judge(&self, host: &str) -> Result<Vec<SocketAddr>, Failure> {
        let found = look_up(host.to_owned(), Arc::clone(&self.lookups), self.names.clone()).await;
        let addresses = found.map_err(|error| Failure::new(Cause::Dns, error.to_string()))?;
        let ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        let judged = self.guard.check(host, &ips);
        judged.map_err(|blocked| Failure::new(Cause::Blocked, blocked.to_string()))?;
        Ok(addresses)
    }
}

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (guard, lookups, names) =
            (Arc::clone(&self.guard), Arc::clone(&self.lookups), self.names.clone());
        Box::pin(async move {
            let addresses = look_up(name.as_str().to_owned(), lookups, names).await?;
            let ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
            guard.check(name.as_str(), &ips)?;
            Ok(addresses.into_iter())
        })
    }
}

/// Port 0 means the port of the URL, which the connector inserts.
async fn look_up(host: String, lookups: Arc<Semaphore>, names: Names) -> Result<Vec<SocketAddr>, DnsError> {
    let permit = lookups.acquire_owned().await.map_err(|_| DnsError("the resolver is closed".to_owned()))?;
    // A separate task, because the thread of the lookup continues when the request gives up. The permit must
    // be held until the thread is done.
    let lookup = tokio::spawn(async move {
        let found: io::Result<Vec<SocketAddr>> = match names {
            Names::Machine => tokio::net::lookup_host((host.as_str(), 0)).await.map(Iterator::collect),
            Names::Given(names) => Ok(names(&host).into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()),
        };
        drop(permit);
        found
    });
    let found = lookup.await.map_err(|_| DnsError("the lookup broke off".to_owned()))?;
    let addresses = found.map_err(|error| DnsError(error.to_string()))?;
    if addresses.is_empty() {
        return Err(DnsError("the name has no address".to_owned()));
    }
    Ok(addresses)
}

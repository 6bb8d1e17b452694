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

/// The system's resolver blocks a thread per lookup, and names under foreign control may take long.
const CONCURRENT_LOOKUPS: usize = 64;

/// Resolves a name and hands out its addresses only if all of them may be connected to.
#[derive(Debug, Clone)]
pub(crate) struct GuardedResolver {
    guard: Arc<Guard>,
    lookups: Arc<Semaphore>,
    names: Names,
}

/// Tells the addresses of a name.
type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Who knows the addresses of names.
#[derive(Clone)]
pub(crate) enum Names {
    /// This machine.
    Machine,
    /// A function, which may say something else each time.
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

/// The name has no address, or none could be found out.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct DnsError(String);

impl GuardedResolver {
    pub(crate) fn new(guard: Arc<Guard>, names: Names) -> Self {
        Self { guard, lookups: Arc::new(Semaphore::new(CONCURRENT_LOOKUPS)), names }
    }

    /// Judges a host without connecting to it.
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

/// Port 0 stands for the port of the URL, which the connector fills in.
async fn look_up(host: String, lookups: Arc<Semaphore>, names: Names) -> Result<Vec<SocketAddr>, DnsError> {
    let permit = lookups.acquire_owned().await.map_err(|_| DnsError("the resolver is closed".to_owned()))?;
    // A task of its own, since a lookup goes on in its thread when the request gives up: the permit has to
    // outlive the request.
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

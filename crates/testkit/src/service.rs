//! A service in the process of the test, reached in memory.

use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_domain::{Clock, Error, ManualClock, SecretString};
use patchbay_rpc::{Channel, Listener, MemoryConnector, MemoryListener, Security, Server, Target, status};
use patchbay_runtime::{Runtime, Stop};
use tonic::{Response, Status};

/// The deadline for a condition that a healthy service meets at once. Generous, because test machines are busy.
pub const SOON: Duration = Duration::from_secs(30);

/// A runtime whose clock stands still at `now` until the [`ManualClock`] moves it.
#[must_use]
pub fn runtime(now: DateTime<Utc>) -> (Runtime, ManualClock) {
    let (clock, hand) = Clock::manual(now);
    (Runtime::new(clock), hand)
}

/// The two ends of an in-memory connection. A service can be given the channel to itself before it is served.
#[must_use]
pub fn memory() -> (MemoryListener, MemoryConnector, Channel) {
    let (listener, connector) = patchbay_rpc::memory();
    let channel = Target::Memory(connector.clone()).channel(&security()).expect("memory needs no address");
    (listener, connector, channel)
}

/// Serves gRPC on the listener, as a task of `stop`. It runs until then, even without a client.
pub fn serve_on(listener: MemoryListener, connector: MemoryConnector, server: Server, stop: &Stop) {
    let serving = stop.clone();
    stop.spawn("grpc", async move {
        let _open = connector;
        server.serve(vec![Listener::Memory(listener)], &security(), serving).await
    });
}

/// Serves gRPC in memory, as a task of `stop`, and returns the channel to it.
pub fn serve(server: Server, stop: &Stop) -> Channel {
    let (listener, connector, channel) = memory();
    serve_on(listener, connector, server, stop);
    channel
}

fn security() -> Security {
    Security::secret(SecretString::new("a secret that the services of a test share"))
}

/// The error of a call that was refused.
///
/// # Panics
/// If the call succeeded.
#[track_caller]
pub fn refusal<T>(answer: Result<Response<T>, Status>) -> Error {
    status::to_error(&answer.err().expect("the call is refused"))
}

/// The reason of a refusal, or `OK`.
pub fn reason<T>(answer: Result<Response<T>, Status>) -> String {
    answer.err().map_or_else(|| "OK".to_owned(), |refusal| status::to_error(&refusal).reason.into_owned())
}

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::auth_token::WatchRevocationsResponse;
use patchbay_rpc::status::from_error;
use patchbay_runtime::Stop;
use tokio::sync::broadcast::{self, error::RecvError};
use tonic::Status;

use crate::context::Context;
use crate::domain::access;
use crate::metrics::AuthTokenMetrics;
use crate::revocation_feed::{RevocationFeed, Update};

type Responses = BoxStream<'static, Result<WatchRevocationsResponse, Status>>;

pub(super) fn watch_revocations(context: &Context, caller: &Caller) -> Result<Responses> {
    access::internal(caller)?;
    Ok(revocations(&context.feed, &context.metrics, context.stop.clone()))
}

/// An open stream, counted while it lives.
struct Watcher {
    updates: broadcast::Receiver<Update>,
    metrics: AuthTokenMetrics,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.metrics.watchers.dec();
    }
}

/// An empty message, then the hashes of tokens as they are revoked. The stream ends when the process stops, and with an error
/// when the watcher lags behind by too much.
fn revocations(feed: &RevocationFeed, metrics: &AuthTokenMetrics, stop: Stop) -> Responses {
    metrics.watchers.inc();
    // Subscribed before the first message, so that a client that has read that message misses no later revocation.
    let watcher = Watcher { updates: feed.subscribe(), metrics: metrics.clone() };
    let established = stream::once(async { Ok(WatchRevocationsResponse::default()) });
    let revoked = stream::unfold(Some(watcher), |watcher| async {
        let mut watcher = watcher?;
        match watcher.next().await? {
            Ok(message) => Some((Ok(message), Some(watcher))),
            Err(last) => Some((Err(last), None)),
        }
    });
    let stopped = async move { stop.requested().await };
    established.chain(revoked).take_until(Box::pin(stopped)).boxed()
}

impl Watcher {
    async fn next(&mut self) -> Option<Result<WatchRevocationsResponse, Status>> {
        let error = match self.updates.recv().await {
            Ok(Update::Revoked(hashes)) => {
                let token_hashes = hashes.iter().map(|hash| hash.to_vec()).collect();
                return Some(Ok(WatchRevocationsResponse { token_hashes }));
            }
            Ok(Update::Idle) => return Some(Ok(WatchRevocationsResponse::default())),
            Ok(Update::Interrupted) => Error::unavailable(
                "STORAGE_UNAVAILABLE",
                "Revocations cannot be read right now. Try again later.",
            ),
            Err(RecvError::Lagged(_)) => {
                self.metrics.watchers_cut_off.inc();
                Error::unavailable("WATCHER_LAGGING", "Revocations were not read in time. Start anew.")
            }
            Err(RecvError::Closed) => return None,
        };
        Some(Err(from_error(error)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;
    use patchbay_rpc::status::to_error;
    use patchbay_runtime::Metrics;

    use super::*;
    use crate::revocation_feed::MAX_LAG;

    fn watch() -> (RevocationFeed, AuthTokenMetrics, Stop, Responses) {
        let (feed, metrics, stop) =
            (RevocationFeed::new(), AuthTokenMetrics::register(&Metrics::new()), Stop::new());
        let stream = revocations(&feed, &metrics, stop.clone());
        (feed, metrics, stop, stream)
    }

    fn one(byte: u8) -> Update {
        Update::Revoked(Arc::from([[byte; 32]]))
    }

    #[tokio::test]
    async fn a_revocation_before_the_first_message_is_read_is_not_missed() {
        let (feed, _, _, mut stream) = watch();
        feed.publish(one(1));
        assert!(stream.next().await.unwrap().unwrap().token_hashes.is_empty());
        assert_eq!(stream.next().await.unwrap().unwrap().token_hashes, [vec![1; 32]]);
    }

    #[tokio::test]
    async fn a_watcher_that_lags_behind_is_cut_off_instead_of_missing_a_revocation() {
        let (feed, metrics, _, mut stream) = watch();
        assert!(stream.next().await.unwrap().unwrap().token_hashes.is_empty());
        for _ in 0..=MAX_LAG {
            feed.publish(one(1));
        }
        let refusal = stream.next().await.unwrap().unwrap_err();
        assert_eq!(to_error(&refusal).reason, "WATCHER_LAGGING");
        assert!(stream.next().await.is_none());
        assert_eq!(metrics.watchers_cut_off.get(), 1);
        assert_eq!(metrics.watchers.get(), 0, "a stream that was cut off no longer counts as open");
    }

    #[tokio::test]
    async fn the_stream_ends_when_the_process_stops() {
        let (_feed, _, stop, mut stream) = watch();
        stream.next().await.unwrap().unwrap();
        assert!(stream.next().now_or_never().is_none(), "it waits for a revocation");
        stop.request();
        assert!(stream.next().await.is_none());
    }
}

//! The stream of revocations.

use std::pin::Pin;

use futures::{Stream, StreamExt, stream};
use patchbay_domain::Error;
use patchbay_proto::auth_token::WatchRevocationsResponse;
use patchbay_rpc::status::from_error;
use patchbay_runtime::Stop;
use tokio::sync::broadcast::{self, error::RecvError};
use tonic::Status;

use crate::metrics::AuthTokenMetrics;
use crate::revocation_feed::{News, RevocationFeed};

pub(crate) type Revocations = Pin<Box<dyn Stream<Item = Result<WatchRevocationsResponse, Status>> + Send>>;

/// An open stream, counted as long as it lives.
struct Watcher {
    news: broadcast::Receiver<News>,
    metrics: AuthTokenMetrics,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.metrics.watchers.dec();
    }
}

/// An empty message, then the hashes of tokens as they are revoked, until the process stops or the watcher
/// lags so far behind that it has to start anew.
pub(super) fn revocations(feed: &RevocationFeed, metrics: &AuthTokenMetrics, stop: Stop) -> Revocations {
    metrics.watchers.inc();
    // Subscribed here, before the first message: whoever has read that one misses nothing after it.
    let watcher = Watcher { news: feed.subscribe(), metrics: metrics.clone() };
    let established = stream::once(async { Ok(WatchRevocationsResponse::default()) });
    let revoked = stream::unfold(Some(watcher), |watcher| async {
        let mut watcher = watcher?;
        match watcher.next().await? {
            Ok(message) => Some((Ok(message), Some(watcher))),
            Err(last) => Some((Err(last), None)),
        }
    });
    let stopped = async move { stop.requested().await };
    Box::pin(established.chain(revoked).take_until(Box::pin(stopped)))
}

impl Watcher {
    async fn next(&mut self) -> Option<Result<WatchRevocationsResponse, Status>> {
        let error = match self.news.recv().await {
            Ok(News::Revoked(hashes)) => {
                let token_hashes = hashes.iter().map(|hash| hash.to_vec()).collect();
                return Some(Ok(WatchRevocationsResponse { token_hashes }));
            }
            Ok(News::Nothing) => return Some(Ok(WatchRevocationsResponse::default())),
            Ok(News::Interrupted) => Error::unavailable(
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

    fn watch() -> (RevocationFeed, AuthTokenMetrics, Stop, Revocations) {
        let (feed, metrics, stop) =
            (RevocationFeed::new(), AuthTokenMetrics::register(&Metrics::new()), Stop::new());
        let stream = revocations(&feed, &metrics, stop.clone());
        (feed, metrics, stop, stream)
    }

    fn one(byte: u8) -> News {
        News::Revoked(Arc::from([[byte; 32]]))
    }

    #[tokio::test]
    async fn what_is_revoked_before_the_first_message_is_read_is_not_missed() {
        let (feed, _, _, mut stream) = watch();
        feed.tell(one(1));
        assert!(stream.next().await.unwrap().unwrap().token_hashes.is_empty());
        assert_eq!(stream.next().await.unwrap().unwrap().token_hashes, [vec![1; 32]]);
    }

    #[tokio::test]
    async fn a_watcher_that_lags_behind_is_cut_off_instead_of_missing_something() {
        let (feed, metrics, _, mut stream) = watch();
        assert!(stream.next().await.unwrap().unwrap().token_hashes.is_empty());
        for _ in 0..=MAX_LAG {
            feed.tell(one(1));
        }
        let refusal = stream.next().await.unwrap().unwrap_err();
        assert_eq!(to_error(&refusal).reason, "WATCHER_LAGGING");
        assert!(stream.next().await.is_none());
        assert_eq!(metrics.watchers_cut_off.get(), 1);
        assert_eq!(metrics.watchers.get(), 0, "it is not counted as open any more");
    }

    #[tokio::test]
    async fn the_stream_ends_when_the_process_stops() {
        let (_feed, _, stop, mut stream) = watch();
        stream.next().await.unwrap().unwrap();
        assert!(stream.next().now_or_never().is_none(), "it waits for news");
        stop.request();
        assert!(stream.next().await.is_none());
    }
}

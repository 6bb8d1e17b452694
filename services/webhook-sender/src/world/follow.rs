//! Keeping a view up to date from a stream of "snapshot, then changes".

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use patchbay_runtime::Stop;
use tonic::{Response, Status, Streaming};

use super::view::View;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What one message of the stream says: rows, and whether the snapshot is complete with it.
pub(crate) type Step<K, V> = (Vec<(K, V)>, bool);

/// Follows a stream until `stop`, and opens it again whenever it ends. Until a new snapshot is complete the
/// view stays as it was.
pub(crate) async fn follow<M, K, V, F>(
    what: &'static str,
    view: &View<K, V>,
    stop: &Stop,
    open: impl Fn() -> F,
    read: impl Fn(M) -> Step<K, V>,
) where
    K: Eq + Hash,
    V: Clone,
    F: Future<Output = Result<Response<Streaming<M>>, Status>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let followed = async {
            match open().await {
                Ok(stream) => apply(stream.into_inner(), view, &read).await,
                Err(status) => (status, false),
            }
        };
        let (status, seen) = tokio::select! {
            // First: in one process the stream's other end stops at the same moment, which is no loss to tell of.
            biased;
            () = stop.requested() => return,
            ended = followed => ended,
        };
        view.lost();
        pause = if seen { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        // At the start of a process its services are reached only after all of them are set up.
        if view.is_complete() || pause == LONGEST_PAUSE {
            tracing::warn!(stream = what, %status, "the stream of the installation service ended; opening it again");
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.requested() => return,
        }
    }
}

/// Applies the stream to its end; says how it ended and whether its snapshot was complete by then.
async fn apply<M, K, V>(
    mut stream: Streaming<M>,
    view: &View<K, V>,
    read: &impl Fn(M) -> Step<K, V>,
) -> (Status, bool)
where
    K: Eq + Hash,
    V: Clone,
{
    let mut snapshot = Some(HashMap::new());
    loop {
        let message = match stream.message().await {
            Ok(Some(message)) => message,
            Ok(None) => return (Status::unavailable("closed"), snapshot.is_none()),
            Err(status) => return (status, snapshot.is_none()),
        };
        let (rows, complete) = read(message);
        match snapshot.take() {
            None => view.update(rows),
            Some(mut gathered) => {
                gathered.extend(rows);
                if complete {
                    view.replace(gathered);
                } else {
                    snapshot = Some(gathered);
                }
            }
        }
    }
}

//! Repeats requests that the other side has not processed.

use h2::Reason;

use crate::classify::{Origin, chain};

/// A server that ends each connection after one request lets the last of this many concurrent requests through.
const MOST_REPEATS: usize = 16;

/// Calls `send` until its request was processed, or failed in another way; once if it `repeats` nothing.
///
/// An HTTP/2 server that closes a connection in an orderly way (`GOAWAY` with `NO_ERROR`) or refuses a stream
/// (`REFUSED_STREAM`) guarantees that it did not process the request (RFC 9113, 8.7). The repetition is sent at once,
/// over another connection if this one is closing.
pub(crate) async fn until_processed<T, E: Origin, F>(
    repeats: bool,
    mut send: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for _ in 0..if repeats { MOST_REPEATS } else { 0 } {
        match send().await {
            Err(error) if is_unprocessed(&error) => {
                tracing::debug!("the server did not process a request; it is sent again");
            }
            result => return result,
        }
    }
    send().await
}

/// With `GOAWAY`, `h2` fails only the streams after the last processed one in this way.
fn is_unprocessed<E: Origin>(error: &E) -> bool {
    chain(error).iter().filter_map(|source| source.downcast_ref::<h2::Error>()).any(|error| {
        let reason = error.reason();
        error.is_remote()
            && (error.is_go_away() && reason == Some(Reason::NO_ERROR)
                || error.is_reset() && reason == Some(Reason::REFUSED_STREAM))
    })
}

//! Follows a stream of another service: a snapshot, then every change.

use std::pin::pin;
use std::time::Duration;

use futures::{Stream, TryStreamExt};
use patchbay_runtime::Stop;
use tonic::{Response, Status};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keeps a copy of the state that a stream of `M` sends.
pub trait Follower<M> {
    /// A stream was opened, which begins with a full snapshot. An earlier, incomplete snapshot is void.
    fn opened(&mut self);

    /// Takes the next message and returns whether the snapshot is complete. Until it is, the copy from before this stream
    /// should stay in use.
    fn received(&mut self, message: M) -> bool;

    /// The stream ended or could not be opened. The copy may be out of date from now on.
    fn lost(&mut self) {}
}

/// Follows the stream that `open` returns until `stop`, and reopens it when it ends: after 100 ms, and after up to 5 seconds
/// while no snapshot is completed. `what` names the stream in the log.
pub async fn follow<M, W, F, S>(what: &'static str, stop: &Stop, open: impl Fn() -> F, follower: &mut W)
where
    W: Follower<M>,
    F: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<M, Status>>,
{
    let mut pause = FIRST_PAUSE;
    let mut ever_complete = false;
    loop {
        let mut complete = false;
        let ended = tokio::select! {
            // First, because in one process the server of the stream stops at the same moment, which is not a loss to report.
            biased;
            () = stop.requested() => return,
            ended = read(&open, follower, &mut complete) => ended,
        };
        follower.lost();
        let status = ended.err().unwrap_or_else(|| Status::unavailable("the server ended the stream"));
        ever_complete |= complete;
        pause = if complete { FIRST_PAUSE } else { pause };
        // When a process starts, the services it calls may not be reachable yet.
        if ever_complete || pause == LONGEST_PAUSE {
            tracing::warn!(stream = what, code = ?status.code(), reason = status.message(), "a stream ended; it is reopened");
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.requested() => return,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn read<M, W, F, S>(open: &impl Fn() -> F, follower: &mut W, complete: &mut bool) -> Result<(), Status>
where
    W: Follower<M>,
    F: Future<Output = Result<Response<S>, Status>>,
    S: Stream<Item = Result<M, Status>>,
{
    let mut stream = pin!(open().await?.into_inner());
    follower.opened();
    while let Some(message) = stream.try_next().await? {
        *complete |= follower.received(message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::StreamExt;
    use futures::stream;
    use tokio::time::Instant;

    use super::*;

    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Follower<&'static str> for Heard {
        fn opened(&mut self) {
            self.0.push("opened".into());
        }

        fn received(&mut self, message: &'static str) -> bool {
            self.0.push(message.into());
            message == "all"
        }

        fn lost(&mut self) {
            self.0.push("lost".into());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_is_opened_again_and_less_often_while_it_does_not_get_to_a_whole_snapshot() {
        let opened = Mutex::new(Vec::new());
        let stop = Stop::new();
        let mut heard = Heard::default();
        let open = async || {
            let number = {
                let mut opened = opened.lock().unwrap();
                opened.push(Instant::now());
                opened.len()
            };
            match number {
                1..=7 => Err(Status::unavailable("not yet")),
                8 => Ok(Response::new(stream::iter(vec![Ok("some"), Ok("all"), Ok("change")]).boxed())),
                9 => {
                    Ok(Response::new(stream::iter(vec![Ok("some"), Err(Status::unavailable("cut"))]).boxed()))
                }
                _ => Ok(Response::new(stream::pending().boxed())),
            }
        };
        let ending = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            stop.request();
        };
        tokio::join!(follow("tests", &stop, open, &mut heard), ending);
        let opened = opened.into_inner().unwrap();
        let pauses: Vec<u128> = opened.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 100, 200]);
        let heard = heard.0.join(" ");
        let expected = ["lost"; 7].join(" ") + " opened some all change lost opened some lost opened";
        assert_eq!(heard, expected);
    }
}

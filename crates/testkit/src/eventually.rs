use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// Short enough to keep tests fast, long enough to leave the processor to the code under test.
const PAUSE: Duration = Duration::from_millis(10);

/// Calls `probe` repeatedly until it returns a value.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn count() -> u64 { 3 }
/// # async fn example() {
/// let count = patchbay_testkit::eventually(Duration::from_secs(5), "three deliveries are stored", async || {
///     let count = count().await;
///     (count >= 3).then_some(count)
/// })
/// .await;
/// # }
/// ```
///
/// # Panics
///
/// With the description `what` if the deadline passes, also while a probe hangs.
#[track_caller]
pub fn eventually<T>(
    deadline: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + deadline;
        let found = timeout_at(end, async {
            loop {
                if let Some(value) = probe().await {
                    return value;
                }
                sleep(PAUSE).await;
            }
        });
        match found.await {
            Ok(value) => value,
            Err(_) => panic!("not within {deadline:?}: {what} (waited for at {caller})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_value_is_returned() {
        let mut asked = 0;
        let value = eventually(Duration::from_secs(5), "asked three times", async || {
            asked += 1;
            (asked == 3).then_some("done")
        });
        assert_eq!(value.await, "done");
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "not within 20ms: the sun rises in the west")]
    async fn the_deadline_panics_with_the_description() {
        eventually(Duration::from_millis(20), "the sun rises in the west", async || None::<()>).await;
    }

    #[tokio::test]
    #[should_panic(expected = "a probe that hangs")]
    async fn a_probe_that_hangs_does_not_hang_the_test() {
        eventually(Duration::from_millis(20), "a probe that hangs", std::future::pending::<Option<()>>).await;
    }
}

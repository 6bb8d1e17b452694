//! The stop of a scope, from the request to the last task.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_runtime::Stop;
use patchbay_runtime::stop::DrainError;
use tokio::sync::oneshot;

const AMPLE: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(20);

/// A task that runs until a stop is requested and then finishes its work.
fn obedient(stop: &Stop, name: &str) -> Arc<AtomicBool> {
    let finished = Arc::new(AtomicBool::new(false));
    stop.spawn(name, {
        let (stop, finished) = (stop.clone(), finished.clone());
        async move {
            stop.requested().await;
            finished.store(true, Ordering::SeqCst);
        }
    });
    finished
}

async fn requested(stop: &Stop) {
    tokio::time::timeout(AMPLE, stop.requested()).await.expect("a stop to be requested");
}

#[tokio::test]
async fn a_drain_lets_tasks_finish_their_work() {
    let stop = Stop::new();
    let finished = obedient(&stop, "worker");
    assert_eq!(stop.running(), ["worker"]);
    assert!(!stop.is_requested());
    stop.drain(AMPLE).await.unwrap();
    assert!(finished.load(Ordering::SeqCst));
    assert!(stop.running().is_empty());
}

#[tokio::test]
async fn a_task_that_fails_stops_the_others_and_is_the_reason() {
    let stop = Stop::new();
    let finished = obedient(&stop, "worker");
    stop.spawn("relay", async {
        Err::<(), _>(anyhow::anyhow!("connection refused").context("cannot reach the broker"))
    });
    requested(&stop).await;
    let error = stop.drain(AMPLE).await.unwrap_err();
    assert_eq!(error.to_string(), "task relay: cannot reach the broker: connection refused");
    assert!(finished.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let stop = Stop::new();
    stop.spawn("worker", async {
        if true {
            panic!("index {} is out of bounds", 3);
        }
    });
    requested(&stop).await;
    let error = stop.drain(AMPLE).await.unwrap_err();
    assert_eq!(error.to_string(), "task worker: panicked: index 3 is out of bounds");
}

#[tokio::test]
async fn a_worker_does_not_end_silently() {
    let stop = Stop::new();
    stop.spawn("worker", async {});
    requested(&stop).await;
    let error = stop.drain(AMPLE).await.unwrap_err();
    assert_eq!(error.to_string(), "task worker: ended although no stop was requested");
}

#[tokio::test]
async fn a_task_with_an_end_of_its_own_may_end() {
    let stop = Stop::new();
    let (done, ended) = oneshot::channel();
    stop.spawn_once("repair", async move {
        done.send(()).map_err(|()| anyhow::anyhow!("the receiver is dropped"))
    });
    ended.await.unwrap();
    stop.drain(AMPLE).await.unwrap();
    assert!(stop.failure().is_none());
}

#[tokio::test]
async fn the_first_failure_is_kept() {
    let stop = Stop::new();
    stop.spawn("first", async { Err::<(), _>(anyhow::anyhow!("cause")) });
    requested(&stop).await;
    stop.spawn("second", async { Err::<(), _>(anyhow::anyhow!("consequence")) });
    assert_eq!(stop.drain(AMPLE).await.unwrap_err().to_string(), "task first: cause");
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn tasks_that_miss_the_deadline_are_named_and_dropped() {
    let stop = Stop::new();
    let dropped = Arc::new(AtomicBool::new(false));
    let held = SetOnDrop(dropped.clone());
    stop.spawn("stuck", async move {
        let _held = held;
        pending::<()>().await;
    });
    stop.spawn("send", pending::<()>());
    stop.spawn("send", pending::<()>());
    obedient(&stop, "worker");
    match stop.drain(SHORT).await.unwrap_err() {
        DrainError::StillRunning(names) => assert_eq!(names, ["send (2 times)", "stuck"]),
        other => panic!("{other}"),
    }
    assert!(dropped.load(Ordering::SeqCst), "a drain ends after what it dropped");
    assert!(stop.running().is_empty());
}

#[tokio::test]
async fn a_hard_stop_ends_a_drain_at_once() {
    let stop = Stop::new();
    stop.spawn("stuck", pending::<()>());
    let drain = tokio::spawn({
        let stop = stop.clone();
        async move { stop.drain(Duration::from_secs(3600)).await }
    });
    requested(&stop).await;
    stop.request_hard();
    let error = tokio::time::timeout(AMPLE, drain).await.expect("an end").unwrap().unwrap_err();
    assert_eq!(error.to_string(), "dropped tasks that did not end in time: stuck");
}

#[tokio::test]
async fn a_scope_inside_is_stopped_alone() {
    let stop = Stop::new();
    let outer = obedient(&stop, "outer");
    let child = stop.child();
    let inner = obedient(&child, "inner");
    assert_eq!(stop.running(), ["inner", "outer"]);
    child.drain(AMPLE).await.unwrap();
    assert!(inner.load(Ordering::SeqCst));
    assert!(!outer.load(Ordering::SeqCst) && !stop.is_requested());
    assert_eq!(stop.running(), ["outer"]);
    stop.drain(AMPLE).await.unwrap();
}

#[tokio::test]
async fn a_stop_reaches_the_scopes_inside_and_waits_for_them() {
    let stop = Stop::new();
    let inner = obedient(&stop.child().child(), "inner");
    stop.drain(AMPLE).await.unwrap();
    assert!(inner.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_failure_inside_stops_the_whole_process() {
    let stop = Stop::new();
    let (child, sibling) = (stop.child(), stop.child());
    child.spawn("inner", async { Err::<(), _>(anyhow::anyhow!("lost")) });
    requested(&stop).await;
    requested(&sibling).await;
    assert_eq!(stop.drain(AMPLE).await.unwrap_err().to_string(), "task inner: lost");
    assert_eq!(child.drain(AMPLE).await.unwrap_err().to_string(), "task inner: lost");
    sibling.drain(AMPLE).await.unwrap();
}

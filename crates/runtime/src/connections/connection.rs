//! One open connection: its activity, and how the port ends it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use futures::task::AtomicWaker;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Limits;
use super::activity::{Activity, Verdict};
use super::metrics::Reason;
use crate::Stop;

/// An accepted connection. Clones are the same connection.
#[derive(Clone, Debug)]
pub struct Connection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    peer: SocketAddr,
    activity: Mutex<Activity>,
    reason: Mutex<Option<Reason>>,
    closing: CancellationToken,
    released: CancellationToken,
    cut: AtomicBool,
    /// The one task that reads and writes, in any protocol.
    task: AtomicWaker,
}

impl Connection {
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self(Arc::new(Shared {
            peer,
            activity: Mutex::new(Activity::new(Instant::now())),
            reason: Mutex::default(),
            closing: CancellationToken::new(),
            released: CancellationToken::new(),
            cut: AtomicBool::new(false),
            task: AtomicWaker::new(),
        }))
    }

    /// The address of the client.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// Returns when the connection has to close gracefully, after the requests in progress.
    pub async fn closing(&self) {
        self.0.closing.cancelled().await;
    }

    /// Returns when the protocol has dropped the connection's [`Io`](super::Io).
    pub async fn released(&self) {
        self.0.released.cancelled().await;
    }

    pub(super) fn release(&self) {
        self.0.released.cancel();
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Activity, Instant)) {
        change(&mut self.0.activity.lock().unwrap_or_else(PoisonError::into_inner), Instant::now());
    }

    pub(super) fn activity(&self) -> Activity {
        *self.0.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next read or write fail, which closes the socket.
    pub(super) fn cut(&self, reason: Reason) {
        self.note(reason);
        self.0.cut.store(true, Ordering::Release);
        self.0.task.wake();
    }

    /// Whether the connection has been cut. If it has not, `waker` is woken when it is.
    pub(super) fn is_cut(&self, waker: &Waker) -> bool {
        self.0.task.register(waker);
        self.0.cut.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.update(|activity, now| activity.closing = Some(now));
        self.0.closing.cancel();
    }

    /// Keeps the first reason, because a connection that was closed as idle may be cut later.
    fn note(&self, reason: Reason) {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    pub(super) fn reason(&self) -> Reason {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(Reason::Ended)
    }

    /// Ends the connection when a limit is reached or a stop is requested. Never returns.
    pub(super) async fn enforce(&self, limits: &Limits, stop: &Stop) {
        loop {
            let activity = self.activity();
            match activity.judge(limits, Instant::now()) {
                Verdict::Keep(until) => tokio::select! {
                    () = sleep_until(until) => {}
                    () = stop.requested(), if activity.closing.is_none() => self.close(),
                },
                Verdict::Close(reason) => {
                    self.note(reason);
                    self.close();
                }
                Verdict::Cut(reason) => {
                    self.cut(reason);
                    return std::future::pending().await;
                }
            }
        }
    }
}

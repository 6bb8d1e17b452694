use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::{Answer, Received};

pub(super) type AnswerWith = Box<dyn Fn(usize, &Received) -> Answer + Send + Sync>;

/// The received requests and the answers to come, shared by the receiver and its connections.
#[derive(Default)]
pub(super) struct Script {
    state: Mutex<State>,
    arrived: Arc<Notify>,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// Not reset by `clear`, so that a scripted answer can rely on it.
    count: usize,
    next: VecDeque<Answer>,
    answer_with: Option<AnswerWith>,
}

impl Script {
    pub(super) fn set_answer(&self, answer: AnswerWith) {
        self.state().answer_with = Some(answer);
    }

    pub(super) fn queue(&self, answers: impl Iterator<Item = Answer>) {
        self.state().next.extend(answers);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    pub(super) fn clear(&self) {
        self.state().received.clear();
    }

    /// Resolves at the next request after this call, even if it is polled later.
    pub(super) fn news(&self) -> OwnedNotified {
        Arc::clone(&self.arrived).notified_owned()
    }

    /// Records a request and returns the answer.
    pub(super) fn take(&self, request: Received) -> Answer {
        let mut state = self.state();
        let number = state.count;
        state.count += 1;
        let answer = state.next.pop_front().unwrap_or_else(|| match &state.answer_with {
            Some(answer) => answer(number, &request),
            None => Answer::status(200),
        });
        state.received.push(request);
        drop(state);
        self.arrived.notify_waiters();
        answer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock must not hide the panic of a test's closure.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("received", &self.state().count).finish_non_exhaustive()
    }
}

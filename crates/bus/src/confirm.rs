//! The confirm of one published message.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::{BusError, Result};

/// Resolves once the message is durable on the other side, or with the reason why it is not.
///
/// On RabbitMQ it resolves within a few publish timeouts. In process it
/// takes as long as the consumer takes. Dropping it does not withdraw the message.
#[derive(Debug)]
#[must_use = "a message is only safe once its confirm resolved"]
pub struct Confirm(oneshot::Receiver<Result<()>>);

/// The sending half of a [`Confirm`]. If it is dropped without an answer, the confirm fails with a retryable
/// error.
pub(crate) type Answer = oneshot::Sender<Result<()>>;

impl Confirm {
    pub(crate) fn new() -> (Answer, Self) {
        let (answer, confirm) = oneshot::channel();
        (answer, Self(confirm))
    }
}

impl Future for Confirm {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| {
            answer.unwrap_or_else(|_| Err(BusError::Unavailable("the confirm was lost".into())))
        })
    }
}

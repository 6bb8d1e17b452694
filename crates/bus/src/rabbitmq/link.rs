//! A connection that is opened again whenever it is lost.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use lapin::{Channel, Connection, Event};
use tokio::sync::watch;

use super::{Shared, connect, declare, unavailable};
use crate::{BusError, Result};

/// The first pause after a failed attempt. Pauses double up to the configured maximum.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// How long a broker may take to open a channel and declare the topology.
const OPEN_TIMEOUT: Duration = Duration::from_secs(20);

/// How often the connection is checked, in case its loss was not announced.
const CHECK_EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Link(watch::Receiver<State>);

#[derive(Clone, Debug)]
enum State {
    Down(BusError),
    Up(Arc<Connection>),
    /// Connected, but the broker is short of memory or disk space and does not read.
    Blocked(Arc<Connection>),
}

impl Link {
    pub(super) fn open(shared: &Arc<Shared>, purpose: &'static str) -> Self {
        let (state, link) = watch::channel(State::Down(BusError::Unavailable("not connected yet".into())));
        shared.tasks.spawn(keep(shared.clone(), purpose, state));
        Self(link)
    }

    pub(super) fn healthy(&self) -> Result<()> {
        match &*self.0.borrow() {
            State::Up(_) => Ok(()),
            State::Down(reason) => Err(reason.clone()),
            State::Blocked(_) => Err(BusError::Unavailable("the broker is short of resources".into())),
        }
    }

    /// Waits for a connection. Never returns once the bus is closed.
    pub(super) async fn connection(&self) -> Arc<Connection> {
        let mut link = self.0.clone();
        loop {
            if let State::Up(connection) | State::Blocked(connection) = &*link.borrow_and_update() {
                return connection.clone();
            }
            if link.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until `connection` is lost.
    pub(super) async fn lost(&self, connection: &Arc<Connection>) {
        let ours = |state: &State| match state {
            State::Up(current) | State::Blocked(current) => Arc::ptr_eq(current, connection),
            State::Down(_) => false,
        };
        let _ = self.0.clone().wait_for(|state| !ours(state)).await;
    }
}

/// Opens a channel on the connection of the link and declares the topology; retries until it works.
pub(super) async fn channel(link: &Link, shared: &Shared) -> (Arc<Connection>, Channel) {
    let mut backoff = Backoff::new(shared.config.max_backoff);
    loop {
        let connection = link.connection().await;
        match open_channel(&connection, shared).await {
            Ok(channel) => return (connection, channel),
            Err(error) => tracing::warn!(%error, "cannot open a channel; trying again"),
        }
        backoff.pause().await;
    }
}

async fn open_channel(connection: &Connection, shared: &Shared) -> Result<Channel> {
    let opening = async {
        let channel = connection.create_channel().await.map_err(unavailable)?;
        declare::topology(&channel, shared).await?;
        Ok(channel)
    };
    let timeout = tokio::time::timeout(OPEN_TIMEOUT, opening);
    timeout.await.unwrap_or_else(|_| Err(BusError::Unavailable("the broker does not answer".into())))
}

async fn keep(shared: Arc<Shared>, purpose: &'static str, state: watch::Sender<State>) {
    let mut backoff = Backoff::new(shared.config.max_backoff);
    loop {
        let Some(connected) = shared.closed.run_until_cancelled(connect::connect(&shared, purpose)).await
        else {
            return;
        };
        match connected {
            Ok(connection) => {
                backoff = Backoff::new(shared.config.max_backoff);
                tracing::info!(purpose, "connected to the broker");
                if watch_over(connection, &shared, &state).await.is_none() {
                    return;
                }
                tracing::warn!(purpose, "lost the connection to the broker; connecting again");
            }
            Err(error) => {
                tracing::warn!(purpose, %error, "cannot connect to the broker; trying again");
                state.send_replace(State::Down(error));
            }
        }
        if shared.closed.run_until_cancelled(backoff.pause()).await.is_none() {
            return;
        }
    }
}

/// Publishes the state of the connection until it is lost. Returns `None` if the bus was closed.
async fn watch_over(connection: Connection, shared: &Shared, state: &watch::Sender<State>) -> Option<()> {
    let connection = Arc::new(connection);
    state.send_replace(State::Up(connection.clone()));
    let mut events = Box::pin(connection.events_listener());
    let over = async {
        loop {
            match tokio::time::timeout(CHECK_EVERY, events.next()).await {
                Ok(Some(Event::ConnectionBlocked(_))) => {
                    state.send_replace(State::Blocked(connection.clone()))
                }
                Ok(Some(Event::ConnectionUnblocked)) => state.send_replace(State::Up(connection.clone())),
                Ok(Some(Event::Error(_)) | None) if !connection.status().connected() => break,
                Err(_) if !connection.status().connected() => break,
                _ => continue,
            };
        }
    };
    let open = shared.closed.run_until_cancelled(over).await;
    let reason =
        if open.is_some() { BusError::Unavailable("connection lost".into()) } else { BusError::Closed };
    state.send_replace(State::Down(reason));
    if open.is_none() {
        let _ = tokio::time::timeout(CHECK_EVERY, connection.close(200, "closed".into())).await;
    }
    open
}

/// Pauses that double up to a maximum.
pub(super) struct Backoff {
    next: Duration,
    longest: Duration,
}

impl Backoff {
    pub(super) fn new(longest: Duration) -> Self {
        Self { next: FIRST_BACKOFF.min(longest), longest }
    }

    pub(super) async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(self.longest);
    }
}

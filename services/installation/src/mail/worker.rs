use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lettre::message::Mailbox;
use patchbay_db::{Db, LeaseHolder};
use patchbay_domain::{Clock, Error};
use patchbay_runtime::{Stop, sleep_until};

use super::message::message;
use super::{MailOutbox, Transport};
use crate::InstallationMetrics;
use crate::domain::mail::WaitingMail;
use crate::domain::mail::retry_schedule::Next;
use crate::domain::mail::retry_schedule::after_failure;
use crate::store::mails;

const LEASE: &str = "postman";
/// Longer than the longest conversation with a mail server, so that the lease cannot expire during one.
const LEASE_TTL: TimeDelta = TimeDelta::seconds(60);
/// Mail that another process adds does not wake this one, so the worker polls.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Operators can inspect mail that was given up for this long.
const GIVEN_UP_RETENTION: TimeDelta = TimeDelta::days(30);

/// Sends waiting mail. One replica holds the lease; another takes over when it has not renewed it for a minute.
#[derive(Debug)]
pub(crate) struct MailWorker {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) outbox: MailOutbox,
    pub(crate) transport: Transport,
    pub(crate) sender: Mailbox,
    pub(crate) metrics: InstallationMetrics,
}

impl MailWorker {
    /// Runs until a stop is requested. Logs and retries failures.
    pub(crate) async fn run(self, stop: Stop) {
        let holder = LeaseHolder::unique();
        while !stop.is_requested() {
            let next = self.send_due(holder, &stop).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "waiting mail could not be processed; the next attempt is in a few seconds");
                None
            });
            let due = async {
                match next {
                    Some(next) => sleep_until(&self.clock, next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.requested() => {}
                () = self.outbox.woken() => {}
                () = due => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
        if let Err(error) = self.db.release_lease(LEASE, holder).await {
            tracing::debug!(%error, "the mail lease could not be released; it expires within a minute");
        }
    }

    /// Sends everything that is due. Returns when the next mail is due if this replica holds the lease.
    async fn send_due(&self, holder: LeaseHolder, stop: &Stop) -> Result<Option<DateTime<Utc>>, Error> {
        while !stop.is_requested() {
            let now = self.clock.now();
            if !self.db.acquire_lease(LEASE, holder, now, LEASE_TTL).await? {
                return Ok(None);
            }
            let Some(mail) = mails::oldest_due(&self.db, now).await? else { break };
            self.send(mail).await?;
        }
        mails::forget(&self.db, self.clock.now() - GIVEN_UP_RETENTION).await?;
        mails::next_due(&self.db).await
    }

    async fn send(&self, mail: WaitingMail) -> Result<(), Error> {
        let sent = match message(&mail, &self.sender) {
            Some(message) => self.transport.send(&mail, message).await,
            None => return self.give_up(&mail, "the address of the recipient is not valid").await,
        };
        let Err(problem) = sent else {
            mails::delete(&self.db, mail.id).await?;
            self.metrics.mails_sent.inc();
            return Ok(());
        };
        let attempts = mail.attempts + 1;
        match after_failure(attempts, self.clock.now()) {
            Next::GiveUp => self.give_up(&mail, &problem).await,
            Next::At(due_at) => {
                tracing::warn!(mail_id = %mail.id, problem, attempts, %due_at, "mail could not be sent; it is tried again at `due_at`");
                self.metrics.mail_failures.inc();
                mails::postpone(&self.db, mail.id, attempts, due_at, &problem).await
            }
        }
    }

    async fn give_up(&self, mail: &WaitingMail, problem: &str) -> Result<(), Error> {
        tracing::error!(mail_id = %mail.id, problem, "mail was given up after the last attempt");
        self.metrics.mails_given_up.inc();
        mails::give_up(&self.db, mail.id, mail.attempts + 1, self.clock.now(), problem).await
    }
}

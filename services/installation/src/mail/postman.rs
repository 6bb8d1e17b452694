use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lettre::message::Mailbox;
use patchbay_db::Db;
use patchbay_domain::{Clock, Error};
use patchbay_runtime::{Stop, sleep_until};
use uuid::Uuid;

use super::letter::letter;
use super::{Post, Transport};
use crate::InstallationMetrics;
use crate::domain::mail::WaitingMail;
use crate::domain::mail_schedule::{Next, after_failure};
use crate::store::mails;

const LEASE: &str = "postman";
/// Longer than the longest conversation with a mail server.
const TTL: TimeDelta = TimeDelta::seconds(60);
/// Finds what another process posted, which cannot wake this one.
const POLL_EVERY: Duration = Duration::from_secs(5);
/// How long mail that was given up can be looked at.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Carries mail out. Of several replicas one does, and the next takes over when that one is gone for a minute.
#[derive(Debug)]
pub(crate) struct Postman {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) post: Post,
    pub(crate) transport: Transport,
    pub(crate) sender: Mailbox,
    pub(crate) metrics: InstallationMetrics,
}

impl Postman {
    /// Until a stop is requested. Failures are logged and tried again.
    pub(crate) async fn run(self, stop: Stop) {
        let holder = Uuid::new_v4();
        while !stop.is_requested() {
            let next = self.round(holder, &stop).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "mail waits");
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
                () = self.post.posted() => {}
                () = due => {}
                () = tokio::time::sleep(POLL_EVERY) => {}
            }
        }
        if let Err(error) = self.db.release_lease(LEASE, holder).await {
            tracing::debug!(%error, "the lease runs out by itself");
        }
    }

    /// Everything that is due; when the next one is, if this is the replica that knows.
    async fn round(&self, holder: Uuid, stop: &Stop) -> Result<Option<DateTime<Utc>>, Error> {
        while !stop.is_requested() {
            let now = self.clock.now();
            if !self.db.acquire_lease(LEASE, holder, now, TTL).await? {
                return Ok(None);
            }
            let Some(mail) = mails::oldest_due(&self.db, now).await? else { break };
            self.carry(mail).await?;
        }
        mails::forget(&self.db, self.clock.now() - KEPT).await?;
        mails::next_due(&self.db).await
    }

    async fn carry(&self, mail: WaitingMail) -> Result<(), Error> {
        let sent = match letter(&mail, &self.sender) {
            Some(letter) => self.transport.send(&mail, letter).await,
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
                tracing::warn!(mail = %mail.id, problem, attempts, %due_at, "a mail was not accepted, trying again");
                self.metrics.mail_failures.inc();
                mails::postpone(&self.db, mail.id, attempts, due_at, &problem).await
            }
        }
    }

    async fn give_up(&self, mail: &WaitingMail, problem: &str) -> Result<(), Error> {
        tracing::error!(mail = %mail.id, problem, "a mail was given up");
        self.metrics.mails_given_up.inc();
        mails::give_up(&self.db, mail.id, mail.attempts + 1, self.clock.now(), problem).await
    }
}

use std::sync::Arc;

use patchbay_db::Tx;
use patchbay_domain::{Clock, Error, Random};
use tokio::sync::Notify;
use url::Url;

use crate::Config;
use crate::domain::mail::{Mail, WaitingMail};
use crate::store::mails;

/// Queues mail in the database. Clones share the signal that wakes the worker.
#[derive(Clone, Debug)]
pub(crate) struct MailOutbox {
    clock: Clock,
    random: Random,
    reviewers: Arc<[String]>,
    public_url: Arc<Url>,
    added: Arc<Notify>,
}

impl MailOutbox {
    pub(crate) fn new(config: &Config, clock: Clock, random: Random) -> Self {
        Self {
            clock,
            random,
            reviewers: config.mail.reviewers.clone().into(),
            public_url: Arc::new(config.public_url.clone()),
            added: Arc::default(),
        }
    }

    /// The recipients of requests to publish an app.
    pub(crate) fn reviewers(&self) -> &[String] {
        &self.reviewers
    }

    /// The public URL of the platform, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// Adds mail that is sent once the transaction commits. Call [`MailOutbox::wake_worker`] after the commit.
    pub(crate) async fn add(&self, tx: &mut Tx, mails: impl IntoIterator<Item = Mail>) -> Result<(), Error> {
        let now = self.clock.now();
        for Mail { recipient, subject, body } in mails {
            let id = self.random.uuid();
            mails::insert(tx, &WaitingMail { id, recipient, subject, body, created_at: now, attempts: 0 })
                .await?;
        }
        Ok(())
    }

    /// Wakes the worker of this process. Without it the mail waits for the next poll.
    pub(crate) fn wake_worker(&self) {
        self.added.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.added.notified().await;
    }
}

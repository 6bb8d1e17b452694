use std::sync::Arc;

use patchbay_db::Tx;
use patchbay_domain::{Clock, Error};
use tokio::sync::Notify;
use url::Url;
use uuid::Uuid;

use crate::Config;
use crate::domain::mail::{Mail, WaitingMail};
use crate::store::mails;

/// Where mail is posted. Clones belong together.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    clock: Clock,
    reviewers: Arc<[String]>,
    public_url: Arc<Url>,
    posted: Arc<Notify>,
}

impl Post {
    pub(crate) fn new(config: &Config, clock: Clock) -> Self {
        Self {
            clock,
            reviewers: config.mail.reviewers.clone().into(),
            public_url: Arc::new(config.public_url.clone()),
            posted: Arc::default(),
        }
    }

    /// Who is told of requests to publish an app.
    pub(crate) fn reviewers(&self) -> &[String] {
        &self.reviewers
    }

    /// Where people reach the platform, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// Mail goes out when, and only when, the transaction commits. Call [`Post::hurry`] after that.
    pub(crate) async fn post(&self, tx: &mut Tx, mails: impl IntoIterator<Item = Mail>) -> Result<(), Error> {
        let now = self.clock.now();
        for Mail { recipient, subject, body } in mails {
            let id = Uuid::new_v4();
            mails::insert(tx, &WaitingMail { id, recipient, subject, body, created_at: now, attempts: 0 })
                .await?;
        }
        Ok(())
    }

    /// Wakes the postman of this process. Forgotten, the mail goes out a little later.
    pub(crate) fn hurry(&self) {
        self.posted.notify_one();
    }

    /// Until there may be mail.
    pub(super) async fn posted(&self) {
        self.posted.notified().await;
    }
}

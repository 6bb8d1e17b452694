use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::Db;
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Clock, Random};
use patchbay_proto::installation::mail_client::MailClient;
use patchbay_rpc::Channel;
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::config::Config;
use crate::installations::vault::Locks;
use crate::metrics::SyncMetrics;
use crate::peers::Tracker;
use crate::providers::registry::Registry;
use patchbay_provider::{Limiters, Transport};

/// Shared by every operation; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) sealing: SealingKeys,
    pub(crate) registry: Registry,
    pub(crate) tracker: Tracker,
    pub(crate) mail: MailClient<Channel>,
    pub(crate) transport: Transport,
    pub(crate) limiters: Limiters,
    pub(crate) locks: Locks,
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: SyncMetrics,
    /// Wakes the worker that removes integrations.
    pub(crate) removal: Arc<Notify>,
    /// Wakes the worker that applies changes of trackers.
    pub(crate) inbound: Arc<Notify>,
    /// Wakes the worker that sends changes to trackers.
    pub(crate) outbound: Arc<Notify>,
    pub(crate) stop: Stop,
}

impl Context {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

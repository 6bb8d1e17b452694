use patchbay_db::Db;
use patchbay_domain::{Clock, Random};
use patchbay_rpc::Channel;
use patchbay_runtime::Stop;

use crate::accept::Accept;
use crate::catalogue::Catalogue;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

/// Shared by every operation; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) accept: Accept,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) catalogue: Catalogue,
    pub(crate) db: Db,
    /// The webhook sender.
    pub(crate) webhooks: Channel,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) metrics: FanoutMetrics,
    pub(crate) stop: Stop,
}

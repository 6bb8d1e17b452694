use std::sync::Arc;

use patchbay_bus::Bus;
use patchbay_db::Db;
use patchbay_domain::{Clock, Random};
use patchbay_rpc::Channel;
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::endpoints::breakers::Breakers;
use crate::endpoints::routing::Routing;
use crate::endpoints::slots::SlotTable;
use crate::metrics::SenderMetrics;
use crate::progress::Progress;
use crate::recording::due_signal::DueSignal;
use crate::sending::component::Components;

/// Shared by every operation and worker; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub db: Db,
    pub bus: Bus,
    pub clock: Clock,
    pub random: Random,
    pub metrics: SenderMetrics,
    pub stop: Stop,
    /// The installation service.
    pub installations: Channel,
    pub routing: Arc<Routing>,
    pub slots: Arc<SlotTable>,
    pub breakers: Arc<Breakers>,
    pub components: Components,
    pub progress: Arc<Progress>,
    /// Wakes the retry worker when a webhook becomes due.
    pub due: Arc<DueSignal>,
    /// Wakes the recovery worker when a recovery starts.
    pub recovery_started: Arc<Notify>,
    /// The highest rate of a recovery, in webhooks per second.
    pub recovery_rate: u32,
}

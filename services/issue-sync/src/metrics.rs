//! The metrics of issue-sync.

use patchbay_runtime::metrics::{Counter, CounterFamily};
use prometheus_client::encoding::EncodeLabelSet;

/// An operation and its outcome.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Operation {
    /// For example `create_issue`.
    pub operation: &'static str,
    /// `success`, `halted` or `failure`.
    pub outcome: &'static str,
}

patchbay_runtime::metrics! {
    /// Metrics of issue-sync.
    pub struct SyncMetrics in "issue_sync" {
        /// Operations at trackers and changes from them, by operation and outcome: success, halted, failure.
        pub operations: CounterFamily<Operation>,
        /// Webhooks of trackers that were received.
        pub webhooks: Counter,
        /// Webhooks of trackers with a wrong token or signature.
        pub invalid_tokens: Counter,
        /// Webhooks of trackers with an event that their provider does not know; they have no effect.
        pub ignored_webhooks: Counter,
        /// Stored secrets that this replica re-encrypted with the current key.
        pub secrets_reencrypted: Counter,
    }
}

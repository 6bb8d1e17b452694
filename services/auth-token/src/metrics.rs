use std::borrow::Cow;

use patchbay_domain::Error;
use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge};
use prometheus_client::encoding::EncodeLabelSet;

/// The label of an outcome: a word for success, or the reason of the error.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Outcome {
    pub(crate) outcome: Cow<'static, str>,
}

patchbay_runtime::metrics! {
    /// Metrics of the service.
    pub struct AuthTokenMetrics in "auth_token" {
        /// Exchanges of grants by outcome.
        pub(crate) exchanges: CounterFamily<Outcome>,
        /// Refreshes by outcome; `repeated` counts repeated responses.
        pub(crate) refreshes: CounterFamily<Outcome>,
        /// Token families that were revoked because a used refresh token was presented after its retry window.
        pub(crate) families_ended: Counter,
        /// Introspections by outcome.
        pub(crate) introspections: CounterFamily<Outcome>,
        /// Open streams of revocations.
        pub(crate) watchers: Gauge,
        /// Streams of revocations that were closed because their reader lagged behind.
        pub(crate) watchers_cut_off: Counter,
    }
}

impl From<&'static str> for Outcome {
    fn from(word: &'static str) -> Self {
        Self { outcome: word.into() }
    }
}

impl From<&Error> for Outcome {
    fn from(error: &Error) -> Self {
        Self { outcome: error.reason.clone() }
    }
}

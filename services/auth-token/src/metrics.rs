use std::borrow::Cow;

use patchbay_domain::Error;
use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge};
use prometheus_client::encoding::EncodeLabelSet;

/// How something ended: a word, or the reason of the refusal.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Outcome {
    pub(crate) outcome: Cow<'static, str>,
}

patchbay_runtime::metrics! {
    /// What this service counts.
    pub struct AuthTokenMetrics in "auth_token" {
        /// Exchanges of grants by outcome.
        pub(crate) exchanges: CounterFamily<Outcome>,
        /// Refreshes by outcome; repeated is the same answer once more.
        pub(crate) refreshes: CounterFamily<Outcome>,
        /// Families of tokens that ended because a used refresh token came back too late.
        pub(crate) families_ended: Counter,
        /// Introspections by outcome.
        pub(crate) introspections: CounterFamily<Outcome>,
        /// Streams of revocations that are open.
        pub(crate) watchers: Gauge,
        /// Streams of revocations that were ended because their reader lagged behind.
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

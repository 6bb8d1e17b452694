//! The types of metrics that can be registered.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// Upper bounds of a histogram's buckets, in ascending order. The last bucket, infinity, is added automatically.
pub type Bounds = &'static [f64];

/// Seconds, from the duration of a local call to the longest time limit of a webhook.
pub const LATENCY: Bounds =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Sizes of batches.
pub const SIZES: Bounds = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// A metric that `Metrics` can register. Clones share the value.
pub trait Registrable: EncodeMetric + Clone + Debug + Send + Sync + 'static {
    /// `()`, or the bounds of a histogram.
    type Config;

    /// A metric with the value zero.
    fn new(config: Self::Config) -> Self;
}

/// Constructs the histograms of a [`HistogramFamily`](super::HistogramFamily).
#[derive(Clone, Copy, Debug)]
pub struct Buckets(pub Bounds);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

impl Registrable for Counter {
    type Config = ();

    fn new((): ()) -> Self {
        Self::default()
    }
}

impl Registrable for Gauge {
    type Config = ();

    fn new((): ()) -> Self {
        Self::default()
    }
}

impl Registrable for Gauge<f64, AtomicU64> {
    type Config = ();

    fn new((): ()) -> Self {
        Self::default()
    }
}

impl Registrable for Histogram {
    type Config = Bounds;

    fn new(bounds: Bounds) -> Self {
        Self::new(bounds.iter().copied())
    }
}

/// A set of labels. Implemented for every type with the required traits.
pub trait Labels: EncodeLabelSet + Clone + Eq + Hash + Debug + Send + Sync + 'static {}

impl<L: EncodeLabelSet + Clone + Eq + Hash + Debug + Send + Sync + 'static> Labels for L {}

impl<L: Labels, M: Registrable<Config = ()> + Default> Registrable for Family<L, M>
where
    Self: EncodeMetric,
{
    type Config = ();

    fn new((): ()) -> Self {
        Self::default()
    }
}

impl<L: Labels> Registrable for Family<L, Histogram, Buckets> {
    type Config = Bounds;

    fn new(bounds: Bounds) -> Self {
        Self::new_with_constructor(Buckets(bounds))
    }
}

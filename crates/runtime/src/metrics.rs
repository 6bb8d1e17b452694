//! Metrics for Prometheus: one registry for the process, a prefix for each part of it.
//!
//! A service lists its metrics in one struct; the doc comment of a field is the help text.
//!
//! ```
//! use patchbay_runtime::metrics::{Counter, Histogram, HistogramFamily, LATENCY, Metrics};
//! use patchbay_runtime::prometheus_client; // a service names the crate in its Cargo.toml instead
//! use prometheus_client::encoding::EncodeLabelSet;
//!
//! #[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
//! pub struct Attempt { pub outcome: &'static str }
//!
//! patchbay_runtime::metrics! {
//!     /// What the sender counts.
//!     pub struct SenderMetrics in "webhook_sender" {
//!         /// Messages taken from the bus.
//!         pub received: Counter,
//!         /// Seconds from acceptance of an event to its first attempt.
//!         pub wait_seconds: Histogram = LATENCY,
//!         /// Seconds an attempt took, by outcome.
//!         pub attempt_seconds: HistogramFamily<Attempt> = LATENCY,
//!     }
//! }
//!
//! let metrics = Metrics::new();
//! let sender = SenderMetrics::register(&metrics);
//! sender.received.inc();
//! sender.attempt_seconds.get_or_create(&Attempt { outcome: "delivered" }).observe(0.2);
//! assert!(metrics.encode().contains("patchbay_webhook_sender_received_total 1"));
//! assert_eq!(metrics.catalogue().len(), 3);
//! ```
//!
//! Names end in their unit (`_seconds`, `_bytes`) where they have one, never in `_total`: counters get that by
//! themselves.

mod registration;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;
pub use registration::{Bounds, Buckets, LATENCY, Labels, Registrable, SIZES};

/// A gauge of fractions, such as an age in seconds.
pub type GaugeF64 = Gauge<f64, std::sync::atomic::AtomicU64>;
/// Counters that differ by labels.
pub type CounterFamily<L> = Family<L, Counter>;
/// Gauges that differ by labels.
pub type GaugeFamily<L> = Family<L, Gauge>;
/// Histograms with the same buckets that differ by labels.
pub type HistogramFamily<L> = Family<L, Histogram, Buckets>;

/// What `encode` returns, as a `Content-Type`.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The metrics of a process. Cheap to clone; clones share the registry.
#[derive(Clone)]
pub struct Metrics {
    shared: Arc<Mutex<Shared>>,
    prefix: Arc<str>,
}

struct Shared {
    registry: Registry,
    known: BTreeMap<String, Known>,
}

struct Known {
    described: Described,
    metric: Box<dyn Any + Send>,
}

/// A metric as the documentation lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Name of its samples; those of a histogram have suffixes of their own.
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// What it says, a sentence.
    pub help: String,
}

impl Metrics {
    /// An empty registry; every name will start with `patchbay_`.
    #[expect(
        clippy::new_without_default,
        reason = "a second registry by accident would be metrics nobody sees"
    )]
    pub fn new() -> Self {
        let shared = Shared { registry: Registry::default(), known: BTreeMap::new() };
        Self { shared: Arc::new(Mutex::new(shared)), prefix: Arc::from("patchbay") }
    }

    /// The same registry, with `prefix` added in front of the names registered through the result.
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self { shared: self.shared.clone(), prefix: Arc::from(format!("{}_{prefix}", self.prefix)) }
    }

    /// Registers a metric, or returns the one registered under this name before: a service that is started
    /// again within a process continues its counts. `config` is `()` except for histograms.
    ///
    /// # Panics
    /// When the name is taken by a metric of another type.
    pub fn register<M: Registrable>(&self, name: &str, help: &str, config: M::Config) -> M {
        let name = format!("{}_{name}", self.prefix);
        let help = help.trim().trim_end_matches('.').to_owned();
        let mut shared = self.lock();
        if let Some(known) = shared.known.get(&name) {
            let Some(metric) = known.metric.downcast_ref::<M>() else {
                panic!("{name} is already registered as another type of metric")
            };
            return metric.clone();
        }
        let metric = M::new(config);
        shared.registry.register(name.clone(), help.clone(), metric.clone());
        let described = describe(&name, &help, metric.metric_type());
        shared.known.insert(name, Known { described, metric: Box::new(metric.clone()) });
        metric
    }

    /// Every metric's present value in the text format that Prometheus reads; see [`CONTENT_TYPE`].
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail; half a page would still be better than none.
        let _ = encode(&mut text, &self.lock().registry);
        text
    }

    /// Every metric by name, for the documentation and the test that keeps it true.
    pub fn catalogue(&self) -> Vec<Described> {
        self.lock().known.values().map(|known| known.described.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn describe(name: &str, help: &str, kind: MetricType) -> Described {
    let (suffix, kind) = match kind {
        MetricType::Counter => ("_total", "counter"),
        MetricType::Gauge => ("", "gauge"),
        MetricType::Histogram => ("", "histogram"),
        MetricType::Info => ("_info", "info"),
        MetricType::Unknown => ("", "unknown"),
    };
    Described { name: format!("{name}{suffix}"), kind, help: format!("{help}.") }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Declares a struct of metrics whose doc comments are their help texts; see the [module](mod@crate::metrics).
#[macro_export]
macro_rules! metrics {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident in $prefix:literal {
            $(
                $(#[doc = $help:literal])+
                $field_visibility:vis $field:ident: $type:ty $(= $config:expr)?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $(
                $(#[doc = $help])+
                $field_visibility $field: $type,
            )*
        }

        impl $name {
            /// Registers the metrics, or finds them again when they are registered already.
            $visibility fn register(metrics: &$crate::Metrics) -> Self {
                let metrics = metrics.with_prefix($prefix);
                Self {
                    $($field: metrics.register(stringify!($field), concat!($($help),+), ($($config)?)),)*
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, Hash, PartialEq, Eq, prometheus_client::encoding::EncodeLabelSet)]
    struct Labels {
        outcome: &'static str,
    }

    metrics! {
        /// What the test counts.
        struct TestMetrics in "sender" {
            /// Messages taken
            /// from the bus.
            received: Counter,
            /// Age of the oldest message in seconds.
            oldest_seconds: GaugeF64,
            /// Seconds by outcome.
            took_seconds: HistogramFamily<Labels> = LATENCY,
            /// Attempts by outcome.
            attempts: CounterFamily<Labels>,
        }
    }

    #[test]
    fn a_doc_comment_becomes_the_help_text() {
        let metrics = Metrics::new();
        TestMetrics::register(&metrics);
        let page = metrics.encode();
        assert!(page.contains("# HELP patchbay_sender_received Messages taken from the bus.\n"), "{page}");
        assert!(page.contains("# TYPE patchbay_sender_received counter\n"), "{page}");
    }

    #[test]
    fn values_appear_on_the_page_with_their_labels() {
        let metrics = Metrics::new();
        let counted = TestMetrics::register(&metrics);
        counted.received.inc_by(2);
        counted.oldest_seconds.set(1.5);
        counted.attempts.get_or_create(&Labels { outcome: "failed" }).inc();
        counted.took_seconds.get_or_create(&Labels { outcome: "failed" }).observe(0.3);
        let page = metrics.encode();
        for line in [
            "patchbay_sender_received_total 2\n",
            "patchbay_sender_oldest_seconds 1.5\n",
            "patchbay_sender_attempts_total{outcome=\"failed\"} 1\n",
            "patchbay_sender_took_seconds_bucket{le=\"0.25\",outcome=\"failed\"} 0\n",
            "patchbay_sender_took_seconds_bucket{le=\"0.5\",outcome=\"failed\"} 1\n",
        ] {
            assert!(page.contains(line), "{line} in\n{page}");
        }
        assert!(page.ends_with("# EOF\n"));
    }

    #[test]
    fn registering_again_continues_the_counts() {
        let metrics = Metrics::new();
        TestMetrics::register(&metrics).received.inc();
        TestMetrics::register(&metrics).received.inc();
        let page = metrics.encode();
        assert!(page.contains("patchbay_sender_received_total 2\n"), "{page}");
        assert_eq!(page.matches("# TYPE patchbay_sender_received ").count(), 1);
    }

    #[test]
    #[should_panic(expected = "patchbay_sender_received is already registered")]
    fn a_name_has_one_type() {
        let metrics = Metrics::new();
        TestMetrics::register(&metrics);
        let _: Gauge = metrics.with_prefix("sender").register("received", "Something else.", ());
    }

    #[test]
    fn the_catalogue_lists_names_as_they_appear() {
        let metrics = Metrics::new();
        TestMetrics::register(&metrics);
        let listed: Vec<_> = metrics.catalogue().into_iter().map(|d| (d.name, d.kind, d.help)).collect();
        assert_eq!(
            listed[0],
            ("patchbay_sender_attempts_total".into(), "counter", "Attempts by outcome.".into())
        );
        assert_eq!(listed.len(), 4);
    }
}

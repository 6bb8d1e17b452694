//! Metrics for Prometheus: one registry for the process, one name prefix for each service.
//!
//! A service declares its metrics in one struct. The doc comment of a field is the help text.
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
//!     /// Metrics of the sender.
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
//! A name ends in its unit (`_seconds`, `_bytes`) if it has one. It never ends in `_total`, which is appended to counters
//! automatically.

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

/// A gauge with a fractional value, such as an age in seconds.
pub type GaugeF64 = Gauge<f64, std::sync::atomic::AtomicU64>;
/// A counter with labels.
pub type CounterFamily<L> = Family<L, Counter>;
/// A gauge with labels.
pub type GaugeFamily<L> = Family<L, Gauge>;
/// A histogram with labels; all have the same buckets.
pub type HistogramFamily<L> = Family<L, Histogram, Buckets>;

/// The `Content-Type` of the text that [`Metrics::encode`] returns.
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

/// A row of the metrics reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Name of the samples. The samples of a histogram have further suffixes (`_bucket`, `_sum`, `_count`).
    pub name: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// The help text, a sentence.
    pub help: String,
}

impl Metrics {
    /// An empty registry. All names start with `patchbay_`.
    #[expect(
        clippy::new_without_default,
        reason = "metrics in a second registry by accident would not be served"
    )]
    pub fn new() -> Self {
        let shared = Shared { registry: Registry::default(), known: BTreeMap::new() };
        Self { shared: Arc::new(Mutex::new(shared)), prefix: Arc::from("patchbay") }
    }

    /// The same registry. Names registered through the result start with `prefix`.
    pub fn with_prefix(&self, prefix: &str) -> Self {
        Self { shared: self.shared.clone(), prefix: Arc::from(format!("{}_{prefix}", self.prefix)) }
    }

    /// Registers a metric, or returns the metric that is registered under this name already. A service that is started again
    /// in the same process therefore continues its counts. `config` is `()` except for histograms.
    ///
    /// # Panics
    /// If the name belongs to a metric of another type.
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

    /// The current values of all metrics in the text format of Prometheus; see [`CONTENT_TYPE`].
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = encode(&mut text, &self.lock().registry);
        text
    }

    /// All registered metrics, sorted by name.
    pub fn catalogue(&self) -> Vec<Described> {
        self.lock().known.values().map(|known| known.described.clone()).collect()
    }

    /// [`Metrics::catalogue`] as a Markdown table, for the documentation.
    pub fn reference_markdown(&self) -> String {
        let row = |Described { name, kind, help }| {
            format!("| `{name}` | {kind} | {} |\n", help.replace('|', "\\|"))
        };
        let rows: String = self.catalogue().into_iter().map(row).collect();
        format!("| metric | type | meaning |\n|---|---|---|\n{rows}")
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

/// Declares a struct of metrics. The doc comments of the fields are the help texts; see the [module](mod@crate::metrics).
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
            /// Registers the metrics, or returns those that are registered already.
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
        /// Metrics of the test.
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

    #[test]
    fn the_reference_has_a_row_for_each_metric() {
        let metrics = Metrics::new();
        TestMetrics::register(&metrics);
        let page = metrics.reference_markdown();
        assert!(page.starts_with("| metric | type | meaning |\n|---|---|---|\n"), "{page}");
        assert!(
            page.contains("| `patchbay_sender_attempts_total` | counter | Attempts by outcome. |\n"),
            "{page}"
        );
        assert_eq!(page.lines().count(), 2 + metrics.catalogue().len());
    }
}
